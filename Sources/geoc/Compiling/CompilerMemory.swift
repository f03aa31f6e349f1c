import CMalloc

/// How commands that compile a spec and end use memory: what they free they soon need again, and what they need to the end
/// nobody has to free.
enum CompilerMemory {
  /// Lets the allocator grow in large steps and give nothing back to the system, so that each page is asked for once.
  static func keepsFreedPages() {
    mallopt(M_TOP_PAD, 8 << 20)
    mallopt(M_TRIM_THRESHOLD, 256 << 20)
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
  }
}

import Glibc
import Synchronization

/// Threads that wait for work by spinning a short while, then sleeping.
///
/// Forking and joining costs under a microsecond while the threads spin, which pays for regions from some ten
/// microseconds on.
package final class ThreadPool: @unchecked Sendable {
  /// Workers, the calling thread included.
  package let count: Int
  private let shared: Shared
  private let threads: [pthread_t]

  /// A pool of `count` workers; worker 0 is the thread that calls `run`.
  package init(count: Int) {
    let shared = Shared()
    var threads: [pthread_t] = []
    for worker in 1..<max(2, count) where count > 1 {
      let start = Unmanaged.passRetained(Start(shared: shared, worker: worker))
      var thread = pthread_t()
      let code = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.shared.work(start.worker)
          return nil
        }, start.toOpaque())
      guard code == 0 else {
        start.release()
        break
      }
      threads.append(thread)
    }
    self.shared = shared
    self.threads = threads
    self.count = threads.count + 1
  }

  /// The number of processors of the machine.
  package static var availableProcessors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Calls `body` once for each worker, at the same time, and returns when all have returned. Not reentrant: only one
  /// thread may use a pool.
  package func run(_ body: @escaping @Sendable (_ worker: Int) -> Void) {
    guard !threads.isEmpty else { return body(0) }
    shared.begin(body, workers: threads.count)
    body(0)
    shared.join()
  }

  deinit {
    shared.stop()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// What a thread needs to start.
  private final class Start: Sendable {
    let shared: Shared
    let worker: Int

    init(shared: Shared, worker: Int) {
      self.shared = shared
      self.worker = worker
    }
  }

  /// State of all threads. `body` is written before `generation` is raised and read after it was seen raised.
  private final class Shared: @unchecked Sendable {
    private let generation = Atomic<Int>(0)
    private let remaining = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let isStopping = Atomic<Bool>(false)
    private var body: (@Sendable (Int) -> Void)?
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(wake, nil)
    }

    deinit {
      pthread_cond_destroy(wake)
      pthread_mutex_destroy(mutex)
      wake.deallocate()
      mutex.deallocate()
    }

    /// About 100 µs of polling for work: to be woken takes a thread nearly as long.
    private static let workSpins = 50_000
    /// About 20 µs of polling for the others to finish.
    private static let joinSpins = 10_000

    func begin(_ body: @escaping @Sendable (Int) -> Void, workers: Int) {
      self.body = body
      remaining.store(workers, ordering: .sequentiallyConsistent)
      generation.add(1, ordering: .sequentiallyConsistent)
      wakeSleepers()
    }

    func join() {
      var polls = 0
      while remaining.load(ordering: .acquiring) != 0 {
        polls += 1
        // More threads than processors: let the one that is missing run.
        if polls > Self.joinSpins { sched_yield() }
      }
      body = nil
    }

    func stop() {
      isStopping.store(true, ordering: .sequentiallyConsistent)
      generation.add(1, ordering: .sequentiallyConsistent)
      wakeSleepers()
    }

    private func wakeSleepers() {
      guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }

    func work(_ worker: Int) {
      var seen = 0
      while true {
        seen = waitForGeneration(after: seen)
        if isStopping.load(ordering: .sequentiallyConsistent) { return }
        body?(worker)
        remaining.subtract(1, ordering: .releasing)
      }
    }

    private func waitForGeneration(after seen: Int) -> Int {
      for _ in 0..<Self.workSpins {
        let now = generation.load(ordering: .acquiring)
        if now != seen { return now }
      }
      pthread_mutex_lock(mutex)
      sleepers.add(1, ordering: .sequentiallyConsistent)
      while generation.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      pthread_mutex_unlock(mutex)
      return generation.load(ordering: .sequentiallyConsistent)
    }
  }
}

/// A number that equal contents share: what types, attributes and rules are looked up by. It costs a multiplication where a
/// `Hasher` costs a round of SipHash, and needs none of its strength: all contents are those of one model.
struct Digest {
  /// The number so far.
  private(set) var value: Int

  /// The digest of nothing, or what `value` goes on from.
  init(_ value: Int = 0) { self.value = value }

  /// The digest of attributes.
  init(of attributes: some Sequence<Attribute>) {
    value = 0
    for attribute in attributes { attribute.add(to: &self) }
  }

  /// Goes on with a number.
  mutating func add(_ x: Int) {
    let mixed = (value ^ x) &* 0x2545_F491_4F6C_DD1D
    value = mixed ^ (mixed >> 29)
  }

  /// Goes on with a number; both zeros are one.
  mutating func add(_ x: Double) { add(Int(truncatingIfNeeded: (x == 0 ? 0 : x).bitPattern)) }

  /// Goes on with a text.
  mutating func add(_ text: String) {
    var word = text.utf8.count
    for byte in text.utf8 { word = word &* 31 &+ Int(byte) }
    add(word)
  }
}

extension Attributes {
  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension Attribute {
  package func hash(into hasher: inout Hasher) {
    var digest = Digest()
    add(to: &digest)
    hasher.combine(digest.value)
  }

  fileprivate func add(to digest: inout Digest) {
    switch self {
    case .int(let x): digest.add(x)
    case .real(let x): digest.add(x)
    case .bool(let x): digest.add(x ? 1 : 0)
    case .name(let x), .text(let x): digest.add(x)
    case .ints(let list):
      digest.add(list.count)
      for x in list { digest.add(x) }
    case .reals(let list):
      digest.add(list.count)
      for x in list { digest.add(x) }
    case .type(let x): digest.add(x.digest)
    case .spectral(let f): for primitive in f.primitives { primitive.add(to: &digest) }
    case .expression(let x): x.add(to: &digest)
    case .row(let x): x.add(to: &digest)
    case .radial(let f):
      digest.add(f.steps.count)
      for step in f.steps { step.add(to: &digest) }
    }
  }
}

extension SpectralFunction.Primitive {
  fileprivate func add(to digest: inout Digest) {
    switch self {
    case .max(let x): digest.add(x)
    case .pow(let x): digest.add(-x)
    case .affine(let scale, let shift):
      digest.add(scale)
      digest.add(shift)
    case .log: digest.add(1)
    case .exp: digest.add(2)
    case .abs: digest.add(3)
    }
  }
}

extension RadialFunction.Step {
  fileprivate func add(to digest: inout Digest) {
    switch self {
    case .scale(let x): digest.add(x)
    case .clamp(let x): digest.add(-x)
    case .clip(let most, let eps):
      digest.add(most)
      digest.add(eps)
    }
  }
}

extension ScalarExpression {
  package func hash(into hasher: inout Hasher) {
    var digest = Digest()
    add(to: &digest)
    hasher.combine(digest.value)
  }

  /// Its first nodes tell an expression apart.
  fileprivate func add(to digest: inout Digest) {
    var left = 24
    add(to: &digest, &left)
  }

  private func add(to digest: inout Digest, _ left: inout Int) {
    guard left > 0 else { return }
    left -= 1
    switch self {
    case .input(let i): digest.add(i)
    case .constant(let x): digest.add(x)
    case .unary(let f, let a):
      digest.add(f.opcode.rawValue)
      a.add(to: &digest, &left)
    case .binary(let f, let a, let b):
      digest.add(f.opcode.rawValue)
      a.add(to: &digest, &left)
      b.add(to: &digest, &left)
    case .select(let c, let a, let b):
      c.add(to: &digest, &left)
      a.add(to: &digest, &left)
      b.add(to: &digest, &left)
    }
  }
}

// A raw value is a text, and would be hashed as one.

extension ScalarExpression.Unary {
  package func hash(into hasher: inout Hasher) { hasher.combine(opcode.rawValue) }
}

extension ScalarExpression.Binary {
  package func hash(into hasher: inout Hasher) { hasher.combine(opcode.rawValue) }
}

extension RowProgram {
  package func hash(into hasher: inout Hasher) {
    var digest = Digest()
    add(to: &digest)
    hasher.combine(digest.value)
  }

  fileprivate func add(to digest: inout Digest) {
    digest.add(vectors)
    digest.add(scalars)
    digest.add(results.count)
    for step in steps { step.add(to: &digest) }
  }
}

extension RowProgram.Step {
  package func hash(into hasher: inout Hasher) {
    var digest = Digest()
    add(to: &digest)
    hasher.combine(digest.value)
  }

  fileprivate func add(to digest: inout Digest) {
    switch self {
    case .dot(let a, let b):
      digest.add(a)
      digest.add(b)
    case .scalar(let s): digest.add(-1 - s)
    case .constant(let x): digest.add(x)
    case .unary(let f, let a):
      digest.add(f.opcode.rawValue)
      digest.add(a)
    case .binary(let f, let a, let b):
      digest.add(f.opcode.rawValue)
      digest.add(a)
      digest.add(b)
    case .select(let c, let a, let b):
      digest.add(c)
      digest.add(a)
      digest.add(b)
    case .vector(let terms, let gate):
      for term in terms {
        digest.add(term.coefficient)
        digest.add(term.vector)
      }
      switch gate {
      case .open: break
      case .positive: digest.add(-1)
      case .vector(let v): digest.add(v)
      }
    }
  }
}

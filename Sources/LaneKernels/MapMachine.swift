import GeocKernelABI

/// A register of the elementwise machine in one tile: where its vectors are, and how far apart.
struct MapRegister<V: Lanes> {
  var base: UnsafePointer<V.Scalar>
  /// `V.count`, or 0 for a register with one and the same vector throughout.
  var step: Int
}

/// Runs the instructions of a map program on tiles of vectors: one dispatch per instruction and tile.
struct MapMachine<V: Lanes> {
  typealias Pointer = UnsafeMutablePointer<V.Scalar>
  typealias Register = MapRegister<V>

  let registers: UnsafeMutablePointer<Register>

  /// One instruction of arithmetic, `count` vectors from the operands to `result`.
  func execute(
    _ opcode: MapOpcode, _ a: Register, _ b: Register, _ c: Register, to result: Pointer, count: Int
  ) {
    switch opcode {
    case .load, .constant, .argument, .apply: break
    case .negate: unary(MapFunction.Negate.self, a, to: result, count: count)
    case .add: binary(MapFunction.Add.self, a, b, to: result, count: count)
    case .subtract: binary(MapFunction.Subtract.self, a, b, to: result, count: count)
    case .multiply: binary(MapFunction.Multiply.self, a, b, to: result, count: count)
    case .divide: binary(MapFunction.Divide.self, a, b, to: result, count: count)
    case .multiplyAdd: ternary(MapFunction.MultiplyAdd.self, a, b, c, to: result, count: count)
    case .multiplySubtract: ternary(MapFunction.MultiplySubtract.self, a, b, c, to: result, count: count)
    case .negateMultiplyAdd: ternary(MapFunction.NegateMultiplyAdd.self, a, b, c, to: result, count: count)
    case .minimum: binary(MapFunction.Minimum.self, a, b, to: result, count: count)
    case .maximum: binary(MapFunction.Maximum.self, a, b, to: result, count: count)
    case .exp: unary(MapFunction.Exp.self, a, to: result, count: count)
    case .log: unary(MapFunction.Log.self, a, to: result, count: count)
    case .log1p: unary(MapFunction.Log1p.self, a, to: result, count: count)
    case .expm1: unary(MapFunction.Expm1.self, a, to: result, count: count)
    case .squareRoot: unary(MapFunction.SquareRoot.self, a, to: result, count: count)
    case .reciprocalSquareRoot: unary(MapFunction.ReciprocalRoot.self, a, to: result, count: count)
    case .reciprocal: unary(MapFunction.Reciprocal.self, a, to: result, count: count)
    case .tanh: unary(MapFunction.Tanh.self, a, to: result, count: count)
    case .sigmoid: unary(MapFunction.Sigmoid.self, a, to: result, count: count)
    case .softplus: unary(MapFunction.Softplus.self, a, to: result, count: count)
    case .sine: unary(MapFunction.Sine.self, a, to: result, count: count)
    case .cosine: unary(MapFunction.Cosine.self, a, to: result, count: count)
    case .absolute: unary(MapFunction.Absolute.self, a, to: result, count: count)
    case .sign: unary(MapFunction.Sign.self, a, to: result, count: count)
    case .power: binary(MapFunction.Power.self, a, b, to: result, count: count)
    case .errorFunction: unary(MapFunction.ErrorFunction.self, a, to: result, count: count)
    case .step: unary(MapFunction.Step.self, a, to: result, count: count)
    case .less: binary(MapFunction.Less.self, a, b, to: result, count: count)
    case .select: ternary(MapFunction.Select.self, a, b, c, to: result, count: count)
    case .hyperbolicSine: unary(MapFunction.Sinh.self, a, to: result, count: count)
    case .hyperbolicCosine: unary(MapFunction.Cosh.self, a, to: result, count: count)
    case .inverseHyperbolicSine: unary(MapFunction.Asinh.self, a, to: result, count: count)
    case .inverseHyperbolicTangent: unary(MapFunction.Atanh.self, a, to: result, count: count)
    case .inverseCosine: unary(MapFunction.Acos.self, a, to: result, count: count)
    case .tanhRatio: unary(MapFunction.Tanhc.self, a, to: result, count: count)
    case .atanhRatio: unary(MapFunction.Atanhc.self, a, to: result, count: count)
    case .sinhRatio: unary(MapFunction.Sinhc.self, a, to: result, count: count)
    case .asinhRatio: unary(MapFunction.Asinhc.self, a, to: result, count: count)
    case .tanhRatioSlope: binary(MapFunction.TanhcSlope.self, a, b, to: result, count: count)
    case .atanhRatioSlope: binary(MapFunction.AtanhcSlope.self, a, b, to: result, count: count)
    case .sinhRatioSlope: binary(MapFunction.SinhcSlope.self, a, b, to: result, count: count)
    case .asinhRatioSlope: binary(MapFunction.AsinhcSlope.self, a, b, to: result, count: count)
    }
  }

  @inline(never)
  private func unary<F: UnaryFunction>(_: F.Type, _ a: Register, to result: Pointer, count: Int) {
    if a.step == 0 {
      let y = F.apply(V.load(a.base))
      for i in 0..<count { y.store(result + i * V.count) }
    } else {
      for i in 0..<count { F.apply(V.load(a.base + i * V.count)).store(result + i * V.count) }
    }
  }

  @inline(never)
  private func binary<F: BinaryFunction>(_: F.Type, _ a: Register, _ b: Register, to result: Pointer, count: Int) {
    if b.step == 0 {
      let y = V.load(b.base)
      if a.step == 0 {
        let z = F.apply(V.load(a.base), y)
        for i in 0..<count { z.store(result + i * V.count) }
      } else {
        for i in 0..<count { F.apply(V.load(a.base + i * V.count), y).store(result + i * V.count) }
      }
    } else if a.step == 0 {
      let x = V.load(a.base)
      for i in 0..<count { F.apply(x, V.load(b.base + i * V.count)).store(result + i * V.count) }
    } else {
      for i in 0..<count {
        F.apply(V.load(a.base + i * V.count), V.load(b.base + i * V.count)).store(result + i * V.count)
      }
    }
  }

  @inline(never)
  private func ternary<F: TernaryFunction>(
    _: F.Type, _ a: Register, _ b: Register, _ c: Register, to result: Pointer, count: Int
  ) {
    // A loop for each choice of operands that are repeated: asking inside the loop takes longer than the arithmetic.
    switch (a.step == 0, b.step == 0, c.step == 0) {
    case (false, false, false): loop(F.self, a, b, c, (false, false, false), to: result, count: count)
    case (true, false, false): loop(F.self, a, b, c, (true, false, false), to: result, count: count)
    case (false, true, false): loop(F.self, a, b, c, (false, true, false), to: result, count: count)
    case (true, true, false): loop(F.self, a, b, c, (true, true, false), to: result, count: count)
    case (false, false, true): loop(F.self, a, b, c, (false, false, true), to: result, count: count)
    case (true, false, true): loop(F.self, a, b, c, (true, false, true), to: result, count: count)
    case (false, true, true): loop(F.self, a, b, c, (false, true, true), to: result, count: count)
    case (true, true, true): loop(F.self, a, b, c, (true, true, true), to: result, count: count)
    }
  }

  @inline(always)
  private func loop<F: TernaryFunction>(
    _: F.Type, _ a: Register, _ b: Register, _ c: Register, _ isRepeated: (a: Bool, b: Bool, c: Bool),
    to result: Pointer, count: Int
  ) {
    // Repeated operands are read first: the result may be stored over one of them.
    let (x, y, z) = (V.load(a.base), V.load(b.base), V.load(c.base))
    for i in 0..<count {
      F.apply(
        isRepeated.a ? x : V.load(a.base + i * V.count), isRepeated.b ? y : V.load(b.base + i * V.count),
        isRepeated.c ? z : V.load(c.base + i * V.count)
      )
      .store(result + i * V.count)
    }
  }
}

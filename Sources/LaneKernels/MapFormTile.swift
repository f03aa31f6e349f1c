import GeocKernelABI

/// A tile of a form of the elementwise machine: one loop, with every intermediate value in a register.
///
/// Products and sums are contracted as `MapProgram` contracts them, so that a form gives the bits of the instructions that
/// it stands for.
struct MapFormTile<V: Lanes> {
  let form: MapForm
  /// Registers of the operands.
  let operands: UnsafePointer<MapRegister<V>>
  /// The constants of the form.
  let constants: UnsafePointer<Double>
  /// Where each result goes.
  let results: UnsafePointer<UnsafeMutablePointer<V.Scalar>>
  /// How many vectors there are.
  let count: Int

  /// Computes all results. A result may be stored over an operand.
  func run() {
    var isSteady = true
    for k in 0..<form.operandCount where (operands[k].step == 0) != (k >= form.tensorCount) { isSteady = false }
    if isSteady {
      run(SteadyOperands(operands, form))
    } else {
      run(AnyOperands(operands: operands, tensorCount: form.tensorCount))
    }
  }

  @inline(always)
  private func run<Operands: FormOperands>(_ operands: Operands) where Operands.V == V {
    switch form {
    case .adam: adam(operands, AdamEnd.Weight.self)
    case .decayedAdam: adam(operands, AdamEnd.DecayedWeight.self)
    case .projectedAdam: adam(operands, AdamEnd.ProjectedWeight.self)
    case .adamDirection: adam(operands, AdamEnd.Direction.self)
    case .adamNorms: adam(operands, AdamEnd.Norms.self)
    case .adamCosines: adam(operands, AdamEnd.Cosines.self)
    case .momentum: momentum(operands)
    }
  }

  @inline(never)
  private func adam<Operands: FormOperands, End: AdamResults>(_ x: Operands, _: End.Type) where Operands.V == V {
    let (kept, added) = (V.constant(constants[0]), V.constant(constants[1]))
    let (keptSquare, addedSquare) = (V.constant(constants[2]), V.constant(constants[3]))
    let least = V.constant(constants[4])
    let results = FormResults<V>(results, form)
    for i in 0..<count {
      let g = x.tensor(1, i)
      let first = V.fma(kept, x.tensor(0, i), added * g)
      let second = V.fma(keptSquare, x.tensor(2, i), addedSquare * (g * g))
      let direction = first / V.fma(V.sqrt(second), x.factor(0, i), least)
      End.store(results, x, i, gradient: g, first: first, second: second, direction: direction)
    }
  }

  @inline(never)
  private func momentum<Operands: FormOperands>(_ x: Operands) where Operands.V == V {
    let results = FormResults<V>(results, form)
    for i in 0..<count {
      let buffer = V.fma(x.factor(0, i), x.tensor(0, i), x.tensor(1, i))
      let weight = V.fnma(x.factor(1, i), buffer, x.tensor(2, i))
      results.store(buffer, 0, i)
      results.store(weight, 1, i)
    }
  }
}

/// Where a form finds its operands.
private protocol FormOperands {
  associatedtype V: Lanes
  func tensor(_ k: Int, _ i: Int) -> V
  func factor(_ k: Int, _ i: Int) -> V
}

/// Tensors vector by vector, and a number for all elements in place of every factor. They stay in registers: read from
/// memory in a loop that stores, the addresses alone cost as much as a division.
private struct SteadyOperands<V: Lanes>: FormOperands {
  typealias Pointer = UnsafePointer<V.Scalar>
  let tensors: (Pointer, Pointer, Pointer, Pointer)
  let factors: (V, V, V, V, V)

  @inline(always)
  init(_ operands: UnsafePointer<MapRegister<V>>, _ form: MapForm) {
    let (tensorCount, factorCount) = (form.tensorCount, form.factorCount)
    func tensor(_ k: Int) -> Pointer { operands[Swift.min(k, tensorCount - 1)].base }
    func factor(_ k: Int) -> V { V.load(operands[tensorCount + Swift.min(k, factorCount - 1)].base) }
    tensors = (tensor(0), tensor(1), tensor(2), tensor(3))
    factors = (factor(0), factor(1), factor(2), factor(3), factor(4))
  }

  @inline(always)
  func tensor(_ k: Int, _ i: Int) -> V {
    switch k {
    case 0: V.load(tensors.0 + i * V.count)
    case 1: V.load(tensors.1 + i * V.count)
    case 2: V.load(tensors.2 + i * V.count)
    default: V.load(tensors.3 + i * V.count)
    }
  }

  @inline(always)
  func factor(_ k: Int, _ i: Int) -> V {
    switch k {
    case 0: factors.0
    case 1: factors.1
    case 2: factors.2
    case 3: factors.3
    default: factors.4
    }
  }
}

/// Operands of which any may be one number or a tensor.
private struct AnyOperands<V: Lanes>: FormOperands {
  let operands: UnsafePointer<MapRegister<V>>
  let tensorCount: Int

  @inline(always)
  func tensor(_ k: Int, _ i: Int) -> V { V.load(operands[k].base + i * operands[k].step) }

  @inline(always)
  func factor(_ k: Int, _ i: Int) -> V { tensor(tensorCount + k, i) }
}

/// Where the results of a form go.
private struct FormResults<V: Lanes> {
  typealias Pointer = UnsafeMutablePointer<V.Scalar>
  let places: (Pointer, Pointer, Pointer, Pointer)

  @inline(always)
  init(_ results: UnsafePointer<Pointer>, _ form: MapForm) {
    let last = form.resultCount - 1
    places = (results[0], results[1], results[Swift.min(2, last)], results[last])
  }

  @inline(always)
  func store(_ x: V, _ k: Int, _ i: Int) {
    switch k {
    case 0: x.store(places.0 + i * V.count)
    case 1: x.store(places.1 + i * V.count)
    case 2: x.store(places.2 + i * V.count)
    default: x.store(places.3 + i * V.count)
    }
  }
}

/// What a form makes of the moments and the direction of Adam: types, because closures over vectors might not be inlined.
private protocol AdamResults {
  static func store<Operands: FormOperands>(
    _ results: FormResults<Operands.V>, _ x: Operands, _ i: Int, gradient: Operands.V, first: Operands.V,
    second: Operands.V, direction: Operands.V)
}

/// A form whose results are the moments and one more.
private protocol MomentsEnd: AdamResults {
  static func result<Operands: FormOperands>(_ x: Operands, _ i: Int, _ direction: Operands.V) -> Operands.V
}

extension MomentsEnd {
  @inline(always)
  static func store<Operands: FormOperands>(
    _ results: FormResults<Operands.V>, _ x: Operands, _ i: Int, gradient: Operands.V, first: Operands.V,
    second: Operands.V, direction: Operands.V
  ) {
    // Operands are read before anything is stored: a result may take the place of one.
    let result = result(x, i, direction)
    results.store(first, 0, i)
    results.store(second, 1, i)
    results.store(result, 2, i)
  }
}

private enum AdamEnd {
  enum Weight: MomentsEnd {
    @inline(always)
    static func result<X: FormOperands>(_ x: X, _ i: Int, _ direction: X.V) -> X.V {
      X.V.fnma(x.factor(1, i), direction, x.tensor(3, i))
    }
  }

  enum DecayedWeight: MomentsEnd {
    @inline(always)
    static func result<X: FormOperands>(_ x: X, _ i: Int, _ direction: X.V) -> X.V {
      X.V.fma(x.tensor(3, i), x.factor(2, i), -(x.factor(1, i) * direction))
    }
  }

  enum ProjectedWeight: MomentsEnd {
    @inline(always)
    static func result<X: FormOperands>(_ x: X, _ i: Int, _ direction: X.V) -> X.V {
      let weight = x.tensor(3, i)
      let kept = X.V.fma(direction, x.factor(3, i), -(x.factor(4, i) * weight))
      return X.V.fma(weight, x.factor(2, i), -(x.factor(1, i) * kept))
    }
  }

  enum Direction: MomentsEnd {
    @inline(always)
    static func result<X: FormOperands>(_ x: X, _ i: Int, _ direction: X.V) -> X.V { direction * x.factor(1, i) }
  }

  enum Norms: AdamResults {
    @inline(always)
    static func store<X: FormOperands>(
      _ results: FormResults<X.V>, _ x: X, _ i: Int, gradient: X.V, first: X.V, second: X.V, direction: X.V
    ) {
      let weight = x.tensor(3, i)
      results.store(weight * weight, 0, i)
      results.store(weight * (direction * x.factor(1, i)), 1, i)
    }
  }

  enum Cosines: AdamResults {
    @inline(always)
    static func store<X: FormOperands>(
      _ results: FormResults<X.V>, _ x: X, _ i: Int, gradient: X.V, first: X.V, second: X.V, direction: X.V
    ) {
      let weight = x.tensor(3, i)
      results.store(weight * weight, 0, i)
      results.store(weight * (direction * x.factor(1, i)), 1, i)
      results.store(gradient * gradient, 2, i)
      results.store(gradient * weight, 3, i)
    }
  }
}

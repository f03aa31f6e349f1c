import GeocKernelABI

/// A tile of a form of the elementwise machine: one loop, with every intermediate value in a register.
///
/// Products and sums are contracted as `MapProgram` contracts them, so that a form gives the bits of the instructions that
/// it stands for.
struct MapFormTile<V: Lanes> {
  /// Registers of the operands.
  let operands: UnsafePointer<MapRegister<V>>
  /// The constants of the form.
  let constants: UnsafePointer<Double>
  /// Where each result goes.
  let results: UnsafePointer<UnsafeMutablePointer<V.Scalar>>
  /// How many vectors there are.
  let count: Int

  /// Computes all results. A result may be stored over an operand.
  func run(_ form: MapForm) {
    switch form {
    case .adam: loop(AdamEnd.Weight.self)
    case .decayedAdam: loop(AdamEnd.DecayedWeight.self)
    case .projectedAdam: loop(AdamEnd.ProjectedWeight.self)
    case .adamDirection: loop(AdamEnd.Direction.self)
    case .adamNorms: loop(AdamEnd.Norms.self)
    case .adamCosines: loop(AdamEnd.Cosines.self)
    }
  }

  @inline(always)
  fileprivate func operand(_ k: Int, _ i: Int) -> V { V.load(operands[k].base + i * operands[k].step) }

  @inline(always)
  fileprivate func store(_ x: V, _ k: Int, _ i: Int) { x.store(results[k] + i * V.count) }

  @inline(never)
  private func loop<End: FormEnd>(_: End.Type) {
    let (kept, added) = (V.constant(constants[0]), V.constant(constants[1]))
    let (keptSquare, addedSquare) = (V.constant(constants[2]), V.constant(constants[3]))
    let least = V.constant(constants[4])
    for i in 0..<count {
      let g = operand(1, i)
      let first = V.fma(kept, operand(0, i), added * g)
      let second = V.fma(keptSquare, operand(2, i), addedSquare * (g * g))
      let direction = first / V.fma(V.sqrt(second), operand(3, i), least)
      End.end(self, i, gradient: g, first: first, second: second, direction: direction)
    }
  }
}

/// What a form makes of the moments and the direction of Adam: types, because closures over vectors might not be inlined.
private protocol FormEnd {
  static func end<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, gradient: V, first: V, second: V, direction: V)
}

/// A form whose results are the moments and one more.
private protocol MomentsEnd: FormEnd {
  static func result<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, _ direction: V) -> V
}

extension MomentsEnd {
  @inline(always)
  static func end<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, gradient: V, first: V, second: V, direction: V) {
    // Operands are read before anything is stored: a result may take the place of one.
    let result = result(t, i, direction)
    t.store(first, 0, i)
    t.store(second, 1, i)
    t.store(result, 2, i)
  }
}

private enum AdamEnd {
  enum Weight: MomentsEnd {
    @inline(always)
    static func result<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, _ direction: V) -> V {
      V.fnma(t.operand(5, i), direction, t.operand(4, i))
    }
  }

  enum DecayedWeight: MomentsEnd {
    @inline(always)
    static func result<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, _ direction: V) -> V {
      V.fma(t.operand(4, i), t.operand(6, i), -(t.operand(5, i) * direction))
    }
  }

  enum ProjectedWeight: MomentsEnd {
    @inline(always)
    static func result<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, _ direction: V) -> V {
      let weight = t.operand(4, i)
      let kept = V.fma(direction, t.operand(7, i), -(t.operand(8, i) * weight))
      return V.fma(weight, t.operand(6, i), -(t.operand(5, i) * kept))
    }
  }

  enum Direction: MomentsEnd {
    @inline(always)
    static func result<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, _ direction: V) -> V { direction * t.operand(4, i) }
  }

  enum Norms: FormEnd {
    @inline(always)
    static func end<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, gradient: V, first: V, second: V, direction: V) {
      let weight = t.operand(5, i)
      t.store(weight * weight, 0, i)
      t.store(weight * (direction * t.operand(4, i)), 1, i)
    }
  }

  enum Cosines: FormEnd {
    @inline(always)
    static func end<V: Lanes>(_ t: MapFormTile<V>, _ i: Int, gradient: V, first: V, second: V, direction: V) {
      let weight = t.operand(5, i)
      t.store(weight * weight, 0, i)
      t.store(weight * (direction * t.operand(4, i)), 1, i)
      t.store(gradient * gradient, 2, i)
      t.store(gradient * weight, 3, i)
    }
  }
}

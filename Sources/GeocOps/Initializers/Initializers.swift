import GeocIR

/// All zeros.
enum ZerosInitializer: Initializer {
  static let name = "zeros"
  static let summary = "zeros"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    try b.fill(b.registry.spaces.shape(type), 0)
  }
  static func moments(_ shape: [Int], argument: String) -> Moments? { Moments(mean: 0, variance: 0) }
}

/// All ones.
enum OnesInitializer: Initializer {
  static let name = "ones"
  static let summary = "ones"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    try b.fill(b.registry.spaces.shape(type), 1)
  }
  static func moments(_ shape: [Int], argument: String) -> Moments? { Moments(mean: 1, variance: 0) }
}

/// One number everywhere: `constant(0.5)`.
enum ConstantInitializer: Initializer {
  static let name = "constant"
  static let summary = "the number in parentheses"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    try b.fill(b.registry.spaces.shape(type), Double(argument) ?? 0)
  }
  static func moments(_ shape: [Int], argument: String) -> Moments? {
    Moments(mean: Double(argument) ?? 0, variance: 0)
  }
}

/// Identity matrices.
enum IdentityInitializer: Initializer {
  static let name = "identity"
  static let summary = "identity matrices"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    let shape = b.registry.spaces.shape(type)
    return try b.broadcast(try b.identity(shape.last ?? 1), shape)
  }
}

/// A rectangular identity times the number in parentheses.
enum EyeInitializer: Initializer {
  static let name = "eye"
  static let summary = "the rectangular identity times the number in parentheses"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    let shape = b.registry.spaces.shape(type)
    guard shape.count == 2 else { throw InternalError("eye fills matrices") }
    return try b.scale(try rectangle(&b, shape[0], shape[1]), Double(argument) ?? 1)
  }

  /// The identity with zeros behind it.
  static func rectangle(_ b: inout Builder, _ rows: Int, _ columns: Int) throws -> Value {
    let n = min(rows, columns)
    var value = try b.identity(n)
    for (axis, size) in [rows, columns].enumerated() where size > n {
      value = try b.one("pad", [value], ["axis": .int(axis), "before": .int(0), "after": .int(size - n)])
    }
    return value
  }
}

/// The middle tap of a convolution copies its channel: `centre(taps, factor)` on weights [channels·taps, out].
enum CentreInitializer: Initializer {
  static let name = "centre"
  static let summary = "a factor where the middle tap meets its own channel: centre(taps, factor)"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    let shape = b.registry.spaces.shape(type)
    let numbers = argument.split(separator: ",").compactMap { Double($0.filter { $0 != " " }) }
    guard shape.count == 2, numbers.count == 2, let taps = Int(exactly: numbers[0]), taps > 0, shape[0] % taps == 0
    else { throw InternalError("centre fills weights of convolutions") }
    let eye = try b.reshape(
      try EyeInitializer.rectangle(&b, shape[0] / taps, shape[1]), [shape[0] / taps, 1, shape[1]])
    let padded = try b.one(
      "pad", [eye], ["axis": .int(1), "before": .int(taps / 2), "after": .int(taps - 1 - taps / 2)])
    return try b.scale(try b.reshape(padded, shape), numbers[1])
  }
}

/// Q of the QR decomposition of a Gaussian matrix.
enum OrthogonalInitializer: Initializer {
  static let name = "orthogonal"
  static let summary = "orthonormal columns from the QR decomposition of a Gaussian matrix"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    try b.one("qr", [try b.normal(b.registry.spaces.shape(type), stream: stream)])
  }
}

/// Uniform in ±1/√fan_in, PyTorch's default of linear and convolutional layers; a bias names the fan-in in parentheses.
enum UniformFanInInitializer: Initializer {
  static let name = "uniform_fan_in"
  static let summary = "uniform in ±1/√fan_in, as PyTorch's linear layers"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    let shape = b.registry.spaces.shape(type)
    let bound = 1 / (Double(argument) ?? Double(FanIn.of(shape))).squareRoot()
    return try b.map("\(bound) * (2 * x0 - 1)", [try b.uniform(shape, stream: 2 * stream)])
  }
  static func moments(_ shape: [Int], argument: String) -> Moments? {
    Moments(mean: 0, variance: 1 / (3 * (Double(argument) ?? Double(FanIn.of(shape)))))
  }
}

/// Gaussian with standard deviation in parentheses.
enum NormalInitializer: Initializer {
  static let name = "normal"
  static let summary = "Gaussian with the standard deviation in parentheses"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    try b.scale(try b.normal(b.registry.spaces.shape(type), stream: stream), Double(argument) ?? 1)
  }
  static func moments(_ shape: [Int], argument: String) -> Moments? {
    let deviation = Double(argument) ?? 1
    return Moments(mean: 0, variance: deviation * deviation)
  }
}

/// Gaussian with variance 1/fan_in.
enum LecunNormalInitializer: Initializer {
  static let name = "lecun_normal"
  static let summary = "Gaussian with variance 1/fan_in"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    let shape = b.registry.spaces.shape(type)
    return try b.scale(try b.normal(shape, stream: stream), 1 / Double(FanIn.of(shape)).squareRoot())
  }
  static func moments(_ shape: [Int], argument: String) -> Moments? {
    Moments(mean: 0, variance: 1 / Double(FanIn.of(shape)))
  }
}

/// Gaussian with variance 2/fan_in.
enum HeNormalInitializer: Initializer {
  static let name = "he_normal"
  static let summary = "Gaussian with variance 2/fan_in"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    let shape = b.registry.spaces.shape(type)
    return try b.scale(try b.normal(shape, stream: stream), (2 / Double(FanIn.of(shape))).squareRoot())
  }
  static func moments(_ shape: [Int], argument: String) -> Moments? {
    Moments(mean: 0, variance: 2 / Double(FanIn.of(shape)))
  }
}

/// A random point of the parameter's space.
enum RandomPointInitializer: Initializer {
  static let name = "random_point"
  static let summary = "a random point of the space"
  static func build(_ b: inout Builder, type: GeoType, argument: String, stream: Int) throws -> Value {
    guard let space = b.registry.spaces[type.space.name] else { throw InternalError("unknown space") }
    return try space.random(&b, try b.normal(b.registry.spaces.shape(type), stream: stream), type.space)
  }
}

/// Inputs that feed one output of a weight `[out, in, …]`.
enum FanIn {
  static func of(_ shape: [Int]) -> Int { max(1, shape.dropFirst().reduce(1, *)) }
}

/// The parameter `init` of layers with a weight and a bias.
enum WeightStart {
  static let text = "how the weight starts; the bias starts as PyTorch's with uniform_fan_in and at 0 otherwise"

  /// The operands of a layer as its parameter `init` says.
  static func applied(_ weights: [TypedOperand], _ attributes: Attributes) -> [TypedOperand] {
    let initial = attributes.name("init", "uniform_fan_in")
    guard initial != "uniform_fan_in" else { return weights }
    return weights.map {
      TypedOperand(name: $0.name, role: $0.role, initial: $0.name == "weight" ? initial : "zeros", type: $0.type)
    }
  }
}

import GeocIR
import GeocOps
import GeocPasses
import GeocRuntime
import Testing

/// What the optional passes do must not show in the numbers.
@Suite struct EquivalenceTests {
  static let networks: [Network] =
    [
      "connectomes-spdnet", "emg-spd-airm-sessions", "emg-spd-airm", "emg-spd-bwbn-control", "emg-spd-bwbn-sessions",
      "emg-spd-bwbn", "emg-spdnet-sessions", "emg-spdnet",
    ].map { .example("\($0).yaml") } + [
      .text(
        "bwbn-channels",
        """
        inputs: { x: "SPD(5)[2]", y: Label(3) }
        graph:
          - bimap: { out: 4, channels: 3 }
          - reeig: { eps: 0.3 }
          - bwbn: { theta: 0.5, metric: learn, detach_statistics: false }
          - logeig
          - vech
          - flatten
          - linear: { out: 3 }
            as: logits
        loss: { cross_entropy: { logits: logits, target: y } }
        """),
      .text(
        "bwbn-plain",
        """
        inputs: { x: SPD(6), y: Label(3) }
        graph:
          - bimap: { out: 5 }
          - reeig: { eps: 0.2 }
          - bwbn
          - power: { theta: 0.5 }
          - logeig
          - vech
          - linear: { out: 3 }
            as: logits
        loss: { cross_entropy: { logits: logits, target: y } }
        """),
      .text(
        "airm-variance",
        """
        inputs: { x: SPD(5), t: "R[10]" }
        graph:
          - bimap: { out: 4 }
          - reeig: { eps: 0.3 }
            as: first
          - airm_bn: { variance: true, karcher_iterations: 2 }
          - logeig
          - expeig
          - sqrteig
          - logeig
          - vech: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """),
      .text(
        "dense",
        """
        inputs: { x: "R[12]", t: "R[4]" }
        graph:
          - linear: { out: 9 }
          - batch_norm
          - relu
          - layer_norm
          - dropout: { p: 0.3 }
          - linear: { out: 4 }
          - softmax: {}
            as: out
        loss: { mse: { prediction: out, target: t } }
        """),
    ]

  /// A small residual network on the ball.
  static let ball = Network.text(
    "ball",
    """
    inputs: { x: "R[2, 5, 5]", y: Label(3) }
    graph:
      - expmap0: { c: 0.4 }
      - poincare_conv2d: { out: 3, kernel: 3, padding: 1 }
      - poincare_batch_norm
      - ball_relu: {}
        as: h
      - poincare_conv2d: { out: 3, kernel: 3, padding: 1 }
      - poincare_batch_norm: {}
        as: n
      - mobius_add:
        from: [n, h]
      - ball_relu
      - ball_avg_pool2d: { kernel: 5 }
      - flatten
      - poincare_linear: { out: 3 }
      - logmap0: {}
        as: logits
    loss: { cross_entropy: { logits: logits, target: y } }
    """)

  static let optional = Pipeline.all.filter { $0.isOptional }.map { $0.name }

  @Test(arguments: networks + [ball], ["train", "eval"])
  func noPassChangesTheNumbers(network: Network, mode: String) throws {
    let plain = PassOptions(registry: Catalogue.registry)
    let wanted = try network.results(mode: mode, options: plain)
    #expect(wanted.keys.contains { $0.hasPrefix("grad.") } && wanted["loss"] != nil)
    var variants = Self.optional.map { ("without \($0)", PassOptions(registry: Catalogue.registry, disabled: [$0])) }
    variants.append(
      ("without any", PassOptions(registry: Catalogue.registry, disabled: Set(Self.optional))))
    variants.append(
      ("by bodies", PassOptions(registry: Catalogue.registry, usesManualBackward: false)))
    for (what, options) in variants {
      let found = try network.results(mode: mode, options: options)
      let differences = Results.differences(found, wanted, tolerance: 1e-9)
      #expect(differences == [], "\(what)")
    }
  }

  /// Hoisting splits a function; both parts together give what the whole gave.
  @Test(arguments: networks)
  func hoistingChangesNoNumber(network: Network) throws {
    let forward = try network.forward()
    let outcome = try Pipeline.compile(
      forward, for: .evaluate, optimizer: nil, options: PassOptions(registry: Catalogue.registry))
    var inputs = try network.inputs(forward, batch: 5)
    let whole = try Interpreter.run(outcome.function, inputs: inputs, registry: Catalogue.registry)
    guard let split = try Hoist.run(outcome.function, registry: Catalogue.registry) else { return }
    #expect(Verifier.problems(split.prepare, Catalogue.registry) == [])
    #expect(Verifier.problems(split.main, Catalogue.registry) == [])
    let prepared = try Interpreter.run(split.prepare, inputs: inputs, registry: Catalogue.registry, batch: 1)
    inputs.merge(prepared) { $1 }
    let parts = try Interpreter.run(split.main, inputs: inputs, registry: Catalogue.registry)
    #expect(Results.differences(parts, whole, tolerance: 1e-14) == [])
  }
}

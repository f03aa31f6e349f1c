import GeocIR

/// The golden vectors of the SPD family, and the layers that they describe.
enum OracleCatalogue {
  private static let metrics = [
    ("airm", "airm", "airm"), ("logeuclid", "log_euclidean", "logeuclid"), ("logchol", "log_cholesky", "logchol"),
    ("bures_wasserstein", "bures_wasserstein", "bw"),
  ]

  /// Functions of eigenvalues and vech.
  static let spectral: [OracleCase] = [
    ("spd/expeig", "expeig"), ("spd/invsqrteig", "invsqrteig"), ("spd/invsqrteig_nearly_repeated", "invsqrteig"),
    ("spd/invsqrteig_repeated", "invsqrteig"), ("spd/logeig", "logeig"), ("spd/logeig_ill_conditioned", "logeig"),
    ("spd/logeig_nearly_repeated", "logeig"), ("spd/logeig_nonsymmetric_cotangent", "logeig"),
    ("spd/logeig_repeated", "logeig"), ("spd/power_0p5", "power"), ("spd/power_2p5", "power"),
    ("spd/power_m0p3", "power"), ("spd/reeig", "reeig"), ("spd/reeig_indefinite", "reeig"),
    ("spd/reeig_logeig_fused", "reeig+logeig"), ("spd/reeig_repeated", "reeig"), ("spd/sqrteig", "sqrteig"),
    ("spd/sqrteig_ill_conditioned", "sqrteig"), ("spd/sqrteig_nearly_repeated", "sqrteig"),
    ("spd/sqrteig_repeated", "sqrteig"), ("spd/vech", "vech"),
  ].map { file, ops in
    OracleCase(file) { m, oracle in
      let n = try oracle.shape("in.X")[1]
      let takesSymmetric = ops == "expeig" || ops.hasPrefix("reeig") || ops == "vech"
      var value = m.input("X", takesSymmetric ? .sym(n) : .spd(n))
      for op in ops.split(separator: "+") {
        value = try m.layer(
          String(op), [value], ["eps": .real(oracle.real("eps")), "theta": .real(oracle.real("theta"))])
      }
      m.output("Y", value)
    }
  }

  /// Single precision.
  static let single = OracleCase("spd/logeig_f32") { m, _ in
    m.output("Y", try m.layer("logeig", [m.input("X", .spd(6))]))
  }

  /// BiMap.
  static let bimap: [OracleCase] = ["spd/bimap", "spd/bimap_multichannel", "spd/bimap_square"].map { file in
    OracleCase(file) { m, oracle in
      let x = m.input("X", .spd(Int(oracle.real("n_in")), field: [Int(oracle.real("channels_in"))]))
      let attributes: [String: Attribute] = [
        "out": .int(Int(oracle.real("n_out"))), "channels": .int(Int(oracle.real("channels_out"))),
      ]
      m.output("Y", try m.layer("bimap", [x], attributes, tensors: ["weight": "W"]))
    }
  }

  /// The Riemannian gradient of the BiMap weight, and the weight after one step along it.
  static let bimapSteps: [OracleCase] = bimap.flatMap { layer in
    ["canonical", "euclidean"].map { metric in
      OracleCase(layer.file, "\(metric) step") { m, oracle in
        let shape = try oracle.shape("param.W")
        guard let space = m.builder.registry.spaces["Stiefel"] else { throw SpaceProblem("there is no Stiefel") }
        let w = m.builder.parameter("W", .real(shape), .param)
        let g = m.builder.parameter("g", .real(shape), .param)
        m.bindings = ["W": "param.W", "g": "grad.W"]
        let geometry = Geometry(
          space: Space("Stiefel", Array(shape.suffix(2))), metric: metric, retraction: "qr")
        let gradient = try space.gradient(&m.builder, at: w, g, geometry)
        m.output("riemannian_grad_\(metric)", gradient, cotangent: "none")
        let move = try m.builder.scale(gradient, -oracle.real("lr"))
        m.output("W_next_qr_\(metric)", try space.retract(&m.builder, at: w, move, geometry), cotangent: "none")
      }
    }
  }

  /// Covariance estimators and trace normalisation.
  static let covariance: [OracleCase] = [
    OracleCase("spd/covariance_estimators", "values") { m, oracle in
      let x = m.input("X", .real([5, 40]), gradient: "none")
      let alpha = Attribute.real(oracle.real("shrinkage_alpha"))
      for estimator in ["scm", "cov", "oas", "ledoit_wolf", "shrinkage"] {
        let y = try m.layer("covariance", [x], ["estimator": .name(estimator), "alpha": alpha])
        m.output(estimator, y, cotangent: "none")
        if estimator == "scm" {
          let z = try m.layer("trace_normalize", [y], ["eps": .real(oracle.real("trace_eps"))])
          m.output("trace_normalised", z, cotangent: "none")
        }
      }
    },
    OracleCase("spd/covariance_estimators", "cov") { m, _ in
      let x = m.input("X", .real([5, 40]), gradient: "grad.X_cov")
      m.output("cov", try m.layer("covariance", [x], ["estimator": .name("cov")]), tensor: "out.cov_y")
    },
    OracleCase("spd/covariance_estimators", "trace_normalize") { m, oracle in
      let x = m.input("X", .real([5, 40]), gradient: "grad.X_trace_normalised_cov")
      let y = try m.layer("covariance", [x], ["estimator": .name("cov")])
      let z = try m.layer("trace_normalize", [y], ["eps": .real(oracle.real("trace_eps"))])
      m.output("Y", z, tensor: "out.trace_normalised_cov_y", cotangent: "cot.trace_normalised_cov")
    },
  ]

  /// Covariances of a series and its delays.
  static let augmented: [OracleCase] = [
    "emg_order2_lag4", "order1_lag1", "order2_lag3", "order3_lag2", "order4_lag1", "short_rank_deficient",
  ].map { file in
    OracleCase("acm/augmented_\(file)") { m, oracle in
      let shape = try oracle.shape("in.X")
      m.output(
        "Y",
        try m.layer(
          "augmented_covariance", [m.input("X", .real([shape[1], shape[2]]))],
          ["order": .int(Int(oracle.real("order"))), "lag": .int(Int(oracle.real("lag")))]))
    }
  }

  /// Distances, maps and means of the four metrics.
  static let geometry: [OracleCase] =
    metrics.map { file, metric, _ in
      OracleCase("spd/distance_\(file)") { m, _ in
        let (a, b) = (m.input("A", .spd(4)), m.input("B", .spd(4)))
        m.output("d", try m.layer("spd_distance", [a, b], ["metric": .name(metric)]))
      }
    }
    + [("airm", "airm"), ("bw", "bures_wasserstein")].flatMap { file, metric in
      ["log", "exp"].map { map in
        OracleCase("spd/\(file)_\(map)_gradients") { m, _ in
          let base = m.input("base", .spd(4))
          let argument = m.input("arg", map == "log" ? .spd(4) : .sym(4))
          m.output("Y", try m.layer("spd_\(map)map", [base, argument], ["metric": .name(metric)]))
        }
      }
    }
    + metrics.map { _, metric, prefix in
      OracleCase("spd/metrics_maps", metric) { m, oracle in
        let name = Attribute.name(metric)
        let (a, b, v) = (m.input("A", .spd(4)), m.input("B", .spd(4)), m.input("V", .sym(4)))
        m.output("\(prefix)_log", try m.layer("spd_logmap", [a, b], ["metric": name]))
        m.output("\(prefix)_exp", try m.layer("spd_expmap", [a, v], ["metric": name]))
        m.output(
          "\(prefix)_geodesic_0p3",
          try m.layer("spd_geodesic", [a, b], ["metric": name, "t": .real(oracle.real("alpha"))]))
        if metric == "airm" || metric == "log_cholesky" {
          m.output("\(prefix)_transport_A_to_B", try m.layer("spd_transport", [a, b, v], ["metric": name]))
        }
      }
    }
    + metrics.map { file, metric, prefix in
      OracleCase("spd/metrics_maps", "mean \(metric)") { m, _ in
        let x = m.input("X", .spd(4))
        m.output("mean_\(file)", try m.layer("frechet_mean", [x], ["metric": .name(metric)]))
        let once = try m.layer("frechet_mean", [x], ["metric": .name(metric), "iterations": .int(1)])
        m.output("mean_\(prefix)_1_iteration", once)
      }
    }
    + [
      OracleCase("spd/metrics_maps", "transport bures_wasserstein") { m, _ in
        let (a, v) = (m.input("A", .spd(4)), m.input("V", .sym(4)))
        let one = try m.builder.one(
          "as_type", [try m.builder.one("spread", [try m.builder.identity(4), a])], ["type": .type(.spd(4))])
        let name = Attribute.name("bures_wasserstein")
        m.output("bw_transport_A_to_identity", try m.layer("spd_transport", [a, one, v], ["metric": name]))
        m.output("bw_transport_identity_to_A", try m.layer("spd_transport", [one, a, v], ["metric": name]))
      }
    ]

  /// Batch normalisation under the affine-invariant metric.
  static let airm: [OracleCase] = [
    "spd/rbn_airm_train", "spd/rbn_airm_eval", "spd/rbn_airm_meanvar_train", "spd/rbn_airm_meanvar_eval",
  ].map { file in
    OracleCase(file) { m, oracle in m.output("Y", try airm(&m, oracle, momentum: oracle.real("momentum"))) }
  }

  /// Statistics of the batch alone: with momentum 1 they are the new running statistics.
  static let airmBatch: [OracleCase] = ["spd/rbn_airm_train", "spd/rbn_airm_meanvar_train"].map { file in
    OracleCase(file, "batch statistics") { m, oracle in
      m.output("Y", try airm(&m, oracle, momentum: 1))
      expectBatch(&m, "airm_bn")
    }
  }

  private static func airm(_ m: inout LayerModel, _ oracle: Oracle, momentum: Double) throws -> Value {
    try m.layer(
      "airm_bn", [m.input("X", .spd(5))],
      [
        "momentum": .real(momentum), "variance": .bool(oracle.has("param.s")),
        "karcher_iterations": .int(Int(oracle.real("karcher_iterations"))), "eps": .real(oracle.real("eps", 1e-5)),
      ], tensors: ["bias": "G", "scale": "s"])
  }

  private static func expectBatch(_ m: inout LayerModel, _ node: String) {
    m.expectations["state.\(node).running_mean"] = "out.batch_mean"
    m.expectations["state.\(node).running_var"] = "out.batch_var"
  }

  /// Batch normalisation under the generalised Bures–Wasserstein metric.
  static let bwbn: [OracleCase] = (bwbnTrainings + ["eval_after_3_updates"]).map { file in
    OracleCase("gbwbn/\(file)") { m, oracle in
      let x = m.input("X", .spd(try oracle.shape("in.X")[1]))
      m.output("Y", try bwbn(&m, oracle, x))
    }
  }

  private static let bwbnTrainings = [
    "batch_of_one", "grad_through_statistics", "ill_conditioned", "init_identity", "large_scale_folding",
    "mean_4_iterations_var_about_mean", "train_theta0p5", "train_theta1", "train_theta1p5",
  ]

  /// Statistics of the batch alone: with momentum 1 they are the new running statistics.
  static let bwbnBatch: [OracleCase] = bwbnTrainings.map { file in
    OracleCase("gbwbn/\(file)", "batch statistics") { m, oracle in
      let x = m.input("X", .spd(try oracle.shape("in.X")[1]))
      m.output("Y", try bwbn(&m, oracle, x, momentum: 1))
      expectBatch(&m, "bn")
    }
  }

  /// The k-th of three updates of the running statistics.
  static let updates: [OracleCase] = (1...3).map { k in
    OracleCase("gbwbn/running_stats_3_updates", "\(k)") { m, oracle in
      let x = m.input("X", .spd(5), tensor: "in.X\(k)")
      m.output("Y", try bwbn(&m, oracle, x), tensor: "out.Y\(k)")
      for state in ["running_mean", "running_var"] {
        if k > 1 { m.bindings["bn.\(state)"] = "out.\(state)\(k - 1)" }
        m.expectations["state.bn.\(state)"] = "out.\(state)\(k)"
      }
    }
  }

  private static func bwbn(
    _ m: inout LayerModel, _ oracle: Oracle, _ x: Value, momentum: Double? = nil
  ) throws -> Value {
    try m.layer(
      "bwbn", [x],
      [
        "theta": .real(oracle.real("theta")), "metric": .name("learn"), "eps": .real(oracle.real("eps")),
        "momentum": .real(momentum ?? oracle.real("momentum")),
        "mean_iterations": .int(Int(oracle.real("mean_iterations"))),
        "variance_about": .name(oracle.config["variance_about"] as? String ?? "identity"),
        "detach_statistics": .bool(oracle.bool("detach_statistics", true)),
      ], tensors: ["metric": "M", "bias": "G", "scale": "s"], name: "bn")
  }

  /// A whole network.
  static let network = OracleCase("spd/spdnet_end_to_end") { m, oracle in
    let y = m.builder.parameter("y", GeoType(Space("Label", [3]), isBatched: true), .input)
    m.bindings["y"] = "in.y"
    var x = m.input("X", .spd(8))
    for (k, out) in [6, 4].enumerated() {
      x = try m.layer("bimap", [x], ["out": .int(out)], tensors: ["weight": "W\(k + 1)"], name: "bimap_\(k + 1)")
      x = try m.layer("reeig", [x], ["eps": .real(oracle.real("reeig_eps"))])
    }
    let v = try m.layer("vech", [try m.layer("logeig", [x])])
    let z = try m.layer(
      "linear", [v], ["out": .int(3)], tensors: ["weight": "linear_weight", "bias": "linear_bias"])
    try m.loss(try m.layer("cross_entropy", [z, y]))
  }

  /// All of them in double precision.
  static let all =
    spectral + bimap + bimapSteps + covariance + augmented + geometry + airm + airmBatch + bwbn + bwbnBatch + updates
    + [network]

  /// Their files, each once.
  static let files = Set(all.map(\.file)).sorted()

  /// Ten training steps each: `Trajectory`.
  static let trainings = [
    "spd/spdnet_10_steps", "spd/spdnet_airm_rbn_10_steps", "gbwbn/spdnet_bwbn_10_steps",
    "gbwbn/spdnet_gbwbn_theta0p5_10_steps",
  ]

  /// Files, and beginnings of files, that `OptimizerOracleTests`, `BallOracleTests` and `FitOracleTests` read.
  static let elsewhere = [
    "acm/airm_mean", "acm/mdm_tangent",
    "gcr/", "gns/", "hypcd/", "nap/", "normalized_lr/", "optim/", "poincare/", "poincare_resnet/", "riemannian_optim/",
    "snn/",
    "spd/stiefel_sgd_canonical_trajectory",
    "spd/stiefel_sgd_euclidean_trajectory",
    "gbwbn/spd_sgd_trajectory",
  ]

  /// Tensors that no op gives: the shrinkage weights inside two covariance estimators.
  static let inner: Set<String> = ["out.oas_rho", "out.ledoit_wolf_rho"]
}

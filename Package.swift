// swift-tools-version: 6.1
import PackageDescription

/// Settings of every ordinary module: Swift 6 language mode comes from the tools version.
let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

/// Settings of what compiles, runs and draws models. Optimised in every configuration: the tests compile some hundred models,
/// and take several times as long unoptimised. Checks of indices and overflow stay.
let optimized: [SwiftSetting] = strict + [.unsafeFlags(["-O"])]

/// Optimised in every configuration: an unoptimised lane kernel is 150 times slower and would make the tests unusable.
func kernelSettings(_ level: String) -> [SwiftSetting] {
  [
    .unsafeFlags([
      "-wmo", "-num-threads", "2", "-Ounchecked", "-enforce-exclusivity=unchecked", "-warnings-as-errors",
      "-Xcc", "-march=x86-64-\(level)", "-Xcc", "-fno-math-errno",
    ]),
    .define("KERNELS_\(level.uppercased())"),
  ]
}

/// Instruction sets to build kernels for. `GEOC_KERNEL_LEVELS=v4` in the environment spares building the others.
let kernelLevels = (Context.environment["GEOC_KERNEL_LEVELS"] ?? "v2,v3,v4").split(separator: ",").map(String.init)

/// The kernel source once per instruction set: `Sources/KernelsV…` are links to `Sources/LaneKernels`.
let kernelTargets: [Target] = kernelLevels.map { level in
  .target(
    name: "Kernels\(level.uppercased())", dependencies: ["GeocKernelABI", "CVec"],
    swiftSettings: kernelSettings(level))
}

let package = Package(
  name: "geoc",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CBlas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CSvm", providers: [.apt(["libsvm-dev"])]),
    .systemLibrary(name: "CLbfgs", providers: [.apt(["liblbfgs-dev"])]),
    .target(name: "CJSON"),
    .target(name: "CVec"),
    .target(name: "GeocDiagnostics", swiftSettings: optimized),
    .testTarget(name: "GeocDiagnosticsTests", dependencies: ["GeocDiagnostics"], swiftSettings: strict),
    .target(name: "GeocYAML", dependencies: ["GeocDiagnostics", "CYaml"], swiftSettings: optimized),
    .testTarget(name: "GeocYAMLTests", dependencies: ["GeocYAML", "GeocDiagnostics"], swiftSettings: strict),
    .target(name: "GeocTensorFiles", dependencies: ["CZlib", "CJSON"], swiftSettings: optimized),
    .target(name: "GeocThreads", swiftSettings: optimized),
    .testTarget(name: "GeocThreadsTests", dependencies: ["GeocThreads"], swiftSettings: strict),
    .target(name: "GeocKernelABI", swiftSettings: strict),
    .target(
      name: "GeocKernels",
      dependencies: ["GeocKernelABI", "CVec", "CBlas"]
        + kernelLevels.map { .target(name: "Kernels\($0.uppercased())") },
      swiftSettings: strict + kernelLevels.map { .define("GEOC_KERNELS_\($0.uppercased())") }),
    .testTarget(
      name: "GeocKernelsTests",
      dependencies: ["GeocKernels", "GeocKernelABI", "GeocIR", "CBlas"]
        + kernelLevels.map { .target(name: "Kernels\($0.uppercased())") },
      swiftSettings: strict + kernelLevels.map { .define("GEOC_KERNELS_\($0.uppercased())") },
      linkerSettings: [.linkedLibrary("openblas"), .linkedLibrary("lapacke")]),
    .target(name: "GeocIR", dependencies: ["GeocDiagnostics", "GeocKernelABI"], swiftSettings: optimized),
    .testTarget(name: "GeocIRTests", dependencies: ["GeocIR", "GeocKernelABI"], swiftSettings: strict),
    .target(name: "GeocOps", dependencies: ["GeocIR"], swiftSettings: optimized),
    .testTarget(
      name: "GeocOpsTests",
      dependencies: ["GeocOps", "GeocIR", "GeocPasses", "GeocRuntime", "GeocPlan", "GeocKernels", "GeocTensorFiles"],
      swiftSettings: strict),
    .target(name: "GeocPasses", dependencies: ["GeocIR"], swiftSettings: optimized),
    .target(name: "GeocSpec", dependencies: ["GeocYAML", "GeocIR", "GeocDiagnostics"], swiftSettings: optimized),
    .testTarget(
      name: "GeocPassesTests",
      dependencies: [
        "GeocPasses", "GeocOps", "GeocIR", "GeocSpec", "GeocRuntime", "GeocTensorFiles", "GeocDiagnostics",
      ],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(name: "GeocLayeringTests", swiftSettings: strict),
    .target(
      name: "GeocPlan",
      dependencies: ["GeocDiagnostics", "GeocKernelABI", "GeocTensorFiles", "GeocThreads", "GeocIR"],
      swiftSettings: optimized),
    .target(
      name: "GeocRuntime",
      dependencies: [
        "GeocDiagnostics", "GeocKernelABI", "GeocTensorFiles", "GeocThreads", "GeocKernels", "GeocIR", "GeocPlan",
        "CSvm", "CLbfgs",
      ],
      swiftSettings: optimized),
    .target(
      name: "PlanTestSupport", dependencies: ["GeocIR", "GeocKernelABI"], path: "Tests/PlanTestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "GeocPlanTests", dependencies: ["GeocPlan", "GeocTensorFiles", "GeocDiagnostics", "PlanTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "GeocRuntimeTests",
      dependencies: ["GeocRuntime", "GeocPlan", "GeocOps", "GeocDiagnostics", "GeocThreads", "PlanTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "GeocSpecTests", dependencies: ["GeocSpec", "GeocOps", "GeocIR", "GeocYAML", "GeocDiagnostics"],
      exclude: ["Bad", "Good"], swiftSettings: strict),
    .testTarget(
      name: "GeocTensorFilesTests", dependencies: ["GeocTensorFiles"], resources: [.copy("Fixtures")],
      swiftSettings: strict),
    .executableTarget(
      name: "geoc",
      dependencies: [
        "CMalloc", "GeocDiagnostics", "GeocKernels", "GeocIR", "GeocOps", "GeocSpec", "GeocPasses", "GeocPlan",
        "GeocRuntime",
        "GeocTensorFiles", "GeocThreads", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: optimized),
    .testTarget(
      name: "geocTests",
      dependencies: [
        "geoc", "GeocDiagnostics", "GeocIR", "GeocOps", "GeocSpec", "GeocPlan", "GeocRuntime", "GeocTensorFiles",
        "GeocYAML",
      ],
      exclude: ["Golden", "Schemas"], swiftSettings: strict),
  ] + kernelTargets
)

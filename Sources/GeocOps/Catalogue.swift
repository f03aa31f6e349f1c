import GeocIR

/// Everything that geoc knows, in explicit lists: one line for each op, space, optimizer and initialiser.
package enum Catalogue {
  /// Core ops.
  static let core: [any Op.Type] = [
    MapOp.self, MapsOp.self, MapSumsOp.self, BroadcastOp.self, SpreadOp.self, FillOp.self, RampOp.self, ReduceOp.self,
    BatchSumOp.self,
    BatchMaxOp.self,
    BatchSizeOp.self, AsTypeOp.self, StopGradientOp.self, ScatterOp.self, PadOp.self, TransposeOp.self,
    UnpackTriangleOp.self,
    DiagonalOp.self, DiagonalMatrixOp.self, MatmulOp.self, MatmulReduceOp.self, CongruenceOp.self, SyrkOp.self,
    ScatterMatrixOp.self,
    SymOp.self, EighOp.self, EigvalsOp.self, CholeskyOp.self, CholeskyVJPOp.self, TrsolveOp.self, QROp.self,
    SvdPolarOp.self, SvdOp.self, ExpmOp.self, SolveOp.self, SolveSPDOp.self, SolveRowsOp.self, DetOp.self,
    SpectralOp.self,
    SpectralGradOp.self,
    SpectralSecondOp.self,
    SpectralRebuildOp.self, SpectralRebuildVJPOp.self, SpectralMapOp.self, SpectralPowerOp.self,
    SpectralPowerVJPOp.self, SpectralPowerDpOp.self, PowerByOp.self, GuardedAbsOp.self, GuardedAbsVJPOp.self,
    GuardedMaxOp.self, GuardedMaxVJPOp.self, PairKernelOp.self, PairKernelVJPOp.self, PairContractionOp.self,
    PairMapOp.self, PairExpOp.self,
    RandomUniformOp.self, SoftmaxVJPOp.self, CrossEntropyCoreOp.self, RowOp.self, RowSumOp.self, RadialOp.self,
    ConvolveOp.self, ConvolveInputOp.self, ConvolveWeightOp.self, UnfoldOp.self,
    ContrastOp.self, ContrastVJPOp.self, LabelledShareOp.self, LagCovarianceOp.self, LagCovarianceVJPOp.self,
    GrassmannGeodesicOp.self,
  ]

  /// Euclidean layers.
  static let dense: [any Op.Type] = [
    LinearOp.self, ParameterOp.self, InnerOp.self, ReluOp.self, TanhOp.self, SigmoidOp.self, GeluOp.self,
    SoftmaxOp.self, LogSoftmaxOp.self,
    ScaleOp.self, CastOp.self, AddOp.self, MulOp.self, MeanOp.self, FlattenOp.self, ReshapeOp.self, PermuteOp.self,
    SliceOp.self, ConcatOp.self, BatchNormOp.self, LayerNormOp.self, DropoutOp.self, SELUOp.self,
    AlphaDropoutOp.self, RMSNormOp.self, NewtonSchulzOp.self, Conv2dOp.self, AvgPool2dOp.self, MaxPool2dOp.self,
    OtherViewOp.self,
  ]

  /// Symmetric positive definite matrices.
  static let spd: [any Op.Type] = [
    CovarianceOp.self, AugmentedCovarianceOp.self, TraceNormalizeOp.self, BiMapOp.self, ReEigOp.self, LogEigOp.self,
    ExpEigOp.self, SqrtEigOp.self,
    InvSqrtEigOp.self, PowerOp.self, AbsEigOp.self, VechOp.self, UnvechOp.self, BWBNOp.self, AIRMBNOp.self,
    SPDDistanceOp.self, SPDExpMapOp.self, SPDLogMapOp.self, SPDGeodesicOp.self, SPDTransportOp.self,
    FrechetMeanOp.self, TangentSpaceOp.self, MDMOp.self,
  ]

  /// The Poincaré ball.
  static let ball: [any Op.Type] = [
    ExpMap0Op.self, LogMap0Op.self, ExpMapOp.self, LogMapOp.self, BallProjectOp.self, MobiusAddOp.self,
    MobiusScaleOp.self, GyrationOp.self, BallTransportOp.self, BallTransport0Op.self, BallTransport0BackOp.self,
    BallDistanceOp.self, ConformalFactorOp.self,
    PoincareLinearOp.self, MobiusLinearOp.self, PoincareConv2dOp.self, PoincareBatchNormOp.self, BallReluOp.self,
    BallAvgPool2dOp.self, BetaConcatOp.self, GyromidpointOp.self, HyperplaneDistanceOp.self, HyperbolicMLROp.self,
    ClipNormOp.self, PairwiseDistanceOp.self, PairwiseCosineOp.self, CoordinatesOp.self,
  ]

  /// Classifiers that are fitted to the training rows.
  static let classifiers: [any Op.Type] = [LogisticRegressionOp.self, SvmRbfOp.self]

  /// Subspaces.
  static let grassmann: [any Op.Type] = [GrassmannHeadOp.self, ProjectorOp.self, BasisOp.self]

  /// Losses.
  static let losses: [any Op.Type] = [
    CrossEntropyOp.self, LogisticOp.self, BinaryCrossEntropyOp.self, MSEOp.self, SelfContrastiveOp.self,
    SupervisedContrastiveOp.self, SelfDistillationOp.self,
    MeanEntropyOp.self, MixOp.self, L2PenaltyOp.self, NormPowerOp.self, LogSumExpOp.self,
  ]

  /// Spaces.
  package static let spaces: [any SpaceDeclaration.Type] = [
    RealSpace.self, PositiveSpace.self, LabelSpace.self, SPDSpace.self, SymSpace.self, BallSpace.self, SphereSpace.self,
    StiefelSpace.self,
    GrassmannSpace.self, SOSpace.self, SESpace.self, GLPlusSpace.self, SLSpace.self, IrrepsSpace.self,
    CloudSpace.self, TangentSpace.self, RowsSpace.self,
  ]

  /// Optimizers.
  static let optimizers: [any OptimizerRule.Type] = [
    SGD.self, Adam.self, AdamW.self, RSGD.self, RAdam.self, SGDP.self, AdamP.self, Muon.self, AuON.self,
    HybridAuON.self, NormalizedGD.self, GNS.self,
  ]

  /// Initialisers.
  static let initializers: [any Initializer.Type] = [
    ZerosInitializer.self, OnesInitializer.self, ConstantInitializer.self, IdentityInitializer.self,
    EyeInitializer.self, CentreInitializer.self, OrthogonalInitializer.self, UniformFanInInitializer.self,
    NormalInitializer.self, LecunNormalInitializer.self, HeNormalInitializer.self, RandomPointInitializer.self,
  ]

  /// Rewrites of whole models.
  static let rewrites: [any ModelRewrite.Type] = [NormalizeAndProject.self]

  /// The registry of all of it.
  package static let registry = OpRegistry(
    ops: core + dense + spd + ball + grassmann + classifiers + losses, spaces: spaces, optimizers: optimizers,
    initializers: initializers, rewrites: rewrites)
}

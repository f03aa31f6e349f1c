/// What `geoc run` does with a model: data, training, metrics. Travels in the plan as JSON.
package struct RunDescription: Codable, Hashable, Sendable {
  /// Where samples come from; nil when the spec has no `data`.
  package var data: DataDescription?
  /// How to train; nil when the spec has no `train`.
  package var training: TrainingDescription?
  /// What to measure.
  package var metrics: [MetricDescription]
  /// Nodes whose states are estimated from the training rows, each after those that it reads.
  package var fits: [FitDescription] = []

  /// A description by its parts.
  package init(data: DataDescription? = nil, training: TrainingDescription? = nil, metrics: [MetricDescription] = []) {
    self.data = data
    self.training = training
    self.metrics = metrics
  }
}

/// The `data` section of a spec.
package struct DataDescription: Codable, Hashable, Sendable {
  /// Path as written.
  package var file: String
  /// Folder that relative paths start from.
  package var folder: String
  /// Input → array of the file.
  package var bind: [String: String]
  /// Keep rows whose array has one of these values.
  package var filters: [Filter]
  /// How rows are divided; nil means that all rows are used for training and testing.
  package var split: Split?
  /// Inputs that are standardised with the statistics of the training rows.
  package var standardize: [String]
  /// Views of each sample in a training batch; view 1 of all samples comes first, then view 2, and so on.
  package var views = 1
  /// Random changes of the samples of training batches, in order.
  package var augmentations: [Augmentation] = []
  /// Which training rows count as labelled; nil for all.
  package var labelled: Labelled?

  /// Labels that are drawn anew from time to time; nil for those of the file.
  package var relabel: Relabel?

  /// Whether the loss is one of training batches only: it compares views, or needs labelled rows.
  package var isLossOfTraining: Bool { views > 1 || labelled != nil }

  /// A random change of one input.
  package struct Augmentation: Codable, Hashable, Sendable {
    /// The input.
    package var input: String
    /// What happens to it.
    package var change: Change

    /// A change of an input.
    package init(input: String, change: Change) {
      self.input = input
      self.change = change
    }

    /// Kinds of changes.
    package enum Change: Codable, Hashable, Sendable {
      /// Images move by up to `pixels` in both directions, each distance equally likely; zeros come in.
      case shift(pixels: Int, height: Int, width: Int)
      /// Normal noise is added.
      case noise(deviation: Double)
    }
  }

  /// The labelled part of the training rows.
  package struct Labelled: Codable, Hashable, Sendable {
    /// Array of the file that holds classes.
    package var array: String
    /// Classes that have labelled rows.
    package var classes: [Double]
    /// Share of the rows of each of these classes that are labelled, rounded down.
    package var fraction: Double
    /// Seed of the choice.
    package var seed: Int
    /// Input that is 1 for a labelled row and 0 for another.
    package var input: String

    /// A part of the rows.
    package init(array: String, classes: [Double], fraction: Double, seed: Int, input: String) {
      self.array = array
      self.classes = classes
      self.fraction = fraction
      self.seed = seed
      self.input = input
    }
  }

  /// Tasks that follow each other: in each, the labels of all training rows are drawn anew.
  package struct Relabel: Codable, Hashable, Sendable {
    /// Epochs of a task.
    package var epochs: Int
    /// The input that holds the labels.
    package var input: String
    /// Number of classes, each equally likely.
    package var classes: Int

    /// Tasks by their parts.
    package init(epochs: Int, input: String, classes: Int) {
      self.epochs = epochs
      self.input = input
      self.classes = classes
    }
  }

  /// One condition of `where`.
  package struct Filter: Codable, Hashable, Sendable {
    /// Array of the file.
    package var array: String
    /// Admitted values.
    package var values: [Double]

    /// A condition by its parts.
    package init(array: String, values: [Double]) {
      self.array = array
      self.values = values
    }
  }

  /// Ways to divide rows.
  package enum Split: Codable, Hashable, Sendable {
    /// Row indices in arrays of the file.
    case indices(train: String, test: String, validation: String?)
    /// A random fraction, the same in every class of `stratify`.
    case fraction(test: Double, validation: Double, seed: Int, stratify: String?)
    /// Whole groups on one side.
    case group(array: String, test: Double, validation: Double, seed: Int)
    /// Cross-validation, by groups where given.
    case folds(count: Int, group: String?, stratify: String?, seed: Int)
  }

  /// A description by its parts.
  package init(
    file: String, folder: String, bind: [String: String], filters: [Filter] = [], split: Split? = nil,
    standardize: [String] = []
  ) {
    self.file = file
    self.folder = folder
    self.bind = bind
    self.filters = filters
    self.split = split
    self.standardize = standardize
  }
}

/// The `train` section of a spec. Optimizer and groups are compiled into the `step` function and not repeated here.
package struct TrainingDescription: Codable, Hashable, Sendable {
  /// Base learning rate.
  package var learningRate: Double
  /// How the rate changes.
  package var schedule: Schedule
  /// Rates of groups of parameters that have a schedule of their own; nil where there are none.
  package var ownRates: [OwnRate]?
  /// Passes over the training rows; nil where `steps` is given.
  package var epochs: Int?
  /// Optimizer steps.
  package var steps: Int?
  /// Samples in a batch; nil for all rows at once (`batch: whole`).
  package var batch: Int?
  /// Whether a last smaller batch is left out.
  package var dropsLast: Bool
  /// Whether rows are shuffled each epoch.
  package var shuffles: Bool
  /// Seed of initial values, order and random ops.
  package var seed: Int
  /// Epochs between checkpoints; the last epoch always writes one.
  package var checkpointEvery: Int
  /// Epochs without improvement of the validation loss before stopping.
  package var earlyStop: Int?
  /// Whether the first step after which all margins are positive is reported.
  package var reportsSeparation = false
  /// Whether training ends there.
  package var stopsWhenSeparated = false
  /// How a second-order optimizer searches; nil for others.
  package var search: SearchDescription?

  /// The rate of a group of parameters with a schedule of its own.
  package struct OwnRate: Codable, Hashable, Sendable {
    /// Value of the `step` function that holds it.
    package var name: String
    /// Base learning rate.
    package var learningRate: Double
    /// How it changes.
    package var schedule: Schedule

    /// A rate by its parts.
    package init(name: String, learningRate: Double, schedule: Schedule) {
      self.name = name
      self.learningRate = learningRate
      self.schedule = schedule
    }
  }

  /// Learning-rate schedules: each gives a factor on the base rate.
  package indirect enum Schedule: Codable, Hashable, Sendable {
    /// 1.
    case constant
    /// `gamma^floor(epoch / every)`.
    case step(every: Int, gamma: Double)
    /// `floor + (1 - floor) (1 + cos(π e / E)) / 2` for e = 0..E−1.
    case cosine(floor: Double)
    /// Linear from `start` to 1 over `steps` optimizer steps, then the other schedule.
    case warmUp(steps: Int, start: Double, then: Schedule)
    /// Constant, then linear to `floor` over the last `fraction` of the steps.
    case coolDown(fraction: Double, floor: Double)
  }

  /// A description by its parts.
  package init(
    learningRate: Double, schedule: Schedule = .constant, epochs: Int? = nil, steps: Int? = nil, batch: Int? = 32,
    dropsLast: Bool = false, shuffles: Bool = true, seed: Int = 0, checkpointEvery: Int = 1, earlyStop: Int? = nil
  ) {
    self.learningRate = learningRate
    self.schedule = schedule
    self.epochs = epochs
    self.steps = steps
    self.batch = batch
    self.dropsLast = dropsLast
    self.shuffles = shuffles
    self.seed = seed
    self.checkpointEvery = checkpointEvery
    self.earlyStop = earlyStop
  }
}

/// One metric: computed by the host from results of the `predict` function.
package struct MetricDescription: Codable, Hashable, Sendable {
  /// `accuracy`, `balanced_accuracy`, `f1`, `mse`, `cluster_accuracy`.
  package var name: String
  /// The result of `predict` it reads (`logits`).
  package var prediction: String
  /// The input it compares with.
  package var target: String
  /// What `cluster_accuracy` needs to know; nil for the others.
  package var clustering: Clustering?

  /// How clusters are made and counted.
  package struct Clustering: Codable, Hashable, Sendable {
    /// Classes that have labelled rows.
    package var old: [Int]
    /// Number of clusters that k-means makes of the normalised prediction; nil where the largest score names the
    /// cluster.
    package var clusters: Int?
    /// Starts of k-means.
    package var starts = 10
    /// Seed of k-means.
    package var seed = 0
    /// Whether the labelled rows take part in k-means, held to the clusters of their classes.
    package var isSemiSupervised = false

    /// Clusters named by the largest score.
    package init(old: [Int]) { self.old = old }
  }

  /// A metric by its parts.
  package init(name: String, prediction: String, target: String, clustering: Clustering? = nil) {
    self.name = name
    self.prediction = prediction
    self.target = target
    self.clustering = clustering
  }
}

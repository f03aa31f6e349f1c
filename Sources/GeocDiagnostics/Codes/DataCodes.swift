/// Codes of range E05: data, weights and files a run reads or writes.
package struct DataCodes: Sendable {
  /// The span is the path in the spec, or no span.
  package let fileMissing = DiagnosticCode("E0501", "data-file-missing", "a data file cannot be read")
  /// By its name or by its first bytes.
  package let unknownFormat = DiagnosticCode("E0502", "data-format", "a data file is of no known format")
  /// It says more bytes follow than do.
  package let truncated = DiagnosticCode("E0503", "data-truncated", "a data file ends too early")
  /// A header or a row breaks the format's rules.
  package let malformed = DiagnosticCode("E0504", "data-malformed", "a data file is damaged")
  /// With a suggestion where one is close.
  package let missingArray = DiagnosticCode("E0505", "missing-array", "a data file lacks an array")
  /// For example text, or complex numbers.
  package let dtype = DiagnosticCode("E0506", "data-dtype", "an array has a type of elements that cannot be used")
  /// Notes show both shapes.
  package let shape = DiagnosticCode("E0507", "data-shape", "an array's shape does not fit the input's type")
  /// The note says in which row.
  package let notFinite = DiagnosticCode("E0508", "data-not-finite", "an array holds NaN or infinity")
  /// The note says in which row.
  package let labelOutOfRange = DiagnosticCode("E0509", "label-out-of-range", "a class index is outside its range")
  /// Loading those would run code.
  package let pickled = DiagnosticCode("E0510", "data-pickled", "an array holds pickled objects")
  /// Or in two parts of the split at once.
  package let indexOutOfRange = DiagnosticCode("E0511", "split-index", "an index of a split is outside the data")
  /// Also when `where` keeps nothing.
  package let emptySplit = DiagnosticCode("E0512", "empty-split", "a part of the split has no rows")
  /// Labels show both bindings.
  package let rowCount = DiagnosticCode("E0513", "row-count", "arrays have different numbers of rows")
  /// With a suggestion where a name is close.
  package let missingWeights = DiagnosticCode("E0514", "missing-weights", "a weights file lacks a tensor of the model")
  /// With a suggestion where a name is close.
  package let unknownWeights = DiagnosticCode(
    "E0515", "unknown-weights", "a weights file has a tensor the model does not have")
  /// The file belongs to another model.
  package let weightsShape = DiagnosticCode("E0516", "weights-shape", "a tensor has another shape than the parameter")
  /// Disk full, or no permission; the old file is untouched.
  package let writeFailed = DiagnosticCode("E0517", "write-failed", "a file cannot be written")
  /// It is damaged or of another model.
  package let badCheckpoint = DiagnosticCode("E0518", "bad-checkpoint", "a checkpoint cannot be resumed")
  /// For example a matrix that is not positive definite.
  package let notInSpace = DiagnosticCode("E0519", "not-in-space", "data do not lie in their space")
  /// By the sizes in its header.
  package let tooLarge = DiagnosticCode("E0520", "data-too-large", "a data file needs more memory than there is")
  /// View 1 of every sample comes first, then view 2 of every sample, and so on.
  package let unevenViews = DiagnosticCode("E0521", "uneven-views", "a batch does not divide into views")
  /// Or a data set without one.
  package let noLabelledRow = DiagnosticCode("E0522", "no-labelled-row", "a batch has no labelled row")
  /// Of those that a classifier is to tell apart.
  package let missingClass = DiagnosticCode("E0523", "missing-class", "a class has no training row")
  /// The message says how many there are.
  package let tooManySupportVectors = DiagnosticCode(
    "E0524", "support-capacity", "a machine has more support vectors than there is room for")
}

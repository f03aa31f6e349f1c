/// An operator of the standard domain of ONNX.
package struct ONNXForm: Hashable, Sendable {
  /// Its name: `Relu`.
  package var op: String
  /// Its attributes, whole numbers or lists of them.
  package var attributes: Attributes

  /// An operator with its attributes.
  package init(_ op: String, _ attributes: [String: Attribute] = [:]) {
    self.op = op
    self.attributes = Attributes(attributes)
  }
}

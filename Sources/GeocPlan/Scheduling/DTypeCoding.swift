import GeocIR

extension DType: Codable {}

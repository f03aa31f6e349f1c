import GeocIR
import GeocTensorFiles

// Keys are sorted, as everywhere in a plan file.

extension Schedule {
  /// The JSON that its conformance to `Decodable` reads.
  var json: String { jsonUpToName() + jsonBehindName() }

  /// The part of the JSON that ends with the name of the function.
  func jsonUpToName() -> String {
    let stream = JSONStream()
    stream.object {
      stream.key("dtype")
      stream.value(dtype.rawValue)
      stream.key("function")
      stream.value(function)
    }
    return String(stream.text().dropLast())
  }

  /// The rest of the JSON, which schedules that differ in the name of the function only share.
  func jsonBehindName() -> String {
    let stream = JSONStream()
    stream.object {
      stream.key("regions")
      stream.array { for region in regions { region.write(to: stream) } }
      stream.key("results")
      stream.array(results)
      stream.key("slots")
      stream.array { for slot in slots { slot.write(to: stream) } }
      stream.key("steps")
      stream.array { for step in steps { step.write(to: stream) } }
    }
    return ",\(stream.text().dropFirst())"
  }
}

extension Schedule.Region {
  fileprivate func write(to stream: borrowing JSONStream) {
    stream.object {
      stream.key("end")
      stream.value(end)
      stream.key("kind")
      stream.value(kind.rawValue)
      stream.key("start")
      stream.value(start)
    }
  }
}

extension Schedule.Slot {
  fileprivate func write(to stream: borrowing JSONStream) {
    stream.object {
      stream.key("elements")
      stream.value(elements)
      stream.key("first")
      stream.value(first)
      stream.key("last")
      stream.value(last)
      stream.key("parameter")
      stream.value(parameter)
      stream.key("storage")
      stream.value(storage.rawValue)
    }
  }
}

extension Schedule.Step {
  fileprivate func write(to stream: borrowing JSONStream) {
    stream.object {
      stream.key("cost")
      stream.value(cost)
      stream.key("index")
      stream.value(index)
      stream.key("inputs")
      stream.array(inputs)
      stream.key("kernel")
      stream.value(kernel)
      stream.key("kind")
      stream.value(kind.rawValue)
      stream.key("outputs")
      stream.array(outputs)
      stream.key("reducesBatch")
      stream.value(reducesBatch)
    }
  }
}

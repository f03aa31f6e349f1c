/// How boxes, wires and clusters look, in the light and in the dark.
enum SVGStyle {
  static let text = """
    text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1c1e21 }
    .name { font-weight: 600 } .small, .type, .title { font-size: 10px }
    .small { fill: #555 } .title { fill: #555; font-weight: 600 }
    .type { fill: #333; paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round }
    .face { fill-opacity: .3; stroke: #8a8f98; stroke-width: 1 }
    .input .face, .output .face { fill: #8a8f98; fill-opacity: .18 }
    .parameter .face, .state .face { fill: #ddaa33; fill-opacity: .22 }
    .removed .face { fill: none; stroke-dasharray: 4 3 } .removed .name { fill: #777; text-decoration: line-through }
    .mark { fill: #d55e00 }
    .frame { fill: #8a8f98; fill-opacity: .06; stroke: #b4b8bf; stroke-width: 1 }
    .fold { fill: #777 } .folded { display: none }
    .wire { fill: none; stroke: #777; stroke-width: 1.2 } .tip { fill: #777 }
    .long { stroke-opacity: .25 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6e8eb } .small, .title { fill: #a9afb8 }
      .type { fill: #c8ccd2; stroke: #16181c }
      .face { stroke: #6b717b } .frame { stroke: #4a4f58 } .removed .name { fill: #8d939c }
      .wire { stroke: #8b919b } .tip { fill: #8b919b } .mark { fill: #f0a060 }
    }

    """
}

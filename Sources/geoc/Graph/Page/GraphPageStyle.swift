/// The look of the page around the drawings.
enum GraphPageStyle {
  static let text = """
    body { display: flex; flex-direction: column }
    h2 { font-size: 13px; margin: 0; padding: 6px 12px }
    h2 span { color: var(--quiet); font-weight: 400 }
    button, input, select { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line);
      border-radius: 6px; padding: 3px 9px }
    button { cursor: pointer } button[aria-pressed=true] { border-color: var(--accent); color: var(--accent) }
    nav { display: flex; flex-wrap: wrap; align-items: center; gap: 4px } label { color: var(--quiet); margin-left: 6px } #search { width: 180px } #count { color: var(--quiet); min-width: 4em }
    .legend i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 4px }
    main { flex: 1; display: flex; min-height: 0 }
    #stages { flex: 1; display: flex; min-width: 0 }
    section { flex: 1; display: flex; flex-direction: column; min-width: 0; border-right: 1px solid var(--line) }
    section[hidden] { display: none }
    .pane { flex: 1; position: relative; min-height: 0 }
    .pane > * { position: absolute; inset: 0; width: 100%; height: 100% }
    canvas { visibility: hidden; pointer-events: none } .sketched canvas { visibility: visible }
    svg.graph { cursor: grab; touch-action: none; user-select: none }
    details { border-top: 1px solid var(--line); padding: 6px 12px; max-height: 45% ; overflow: auto }
    summary { cursor: pointer; color: var(--quiet) }
    .memory { width: 100%; max-width: 1000px } .bar { stroke: var(--page); stroke-width: .5 }
    .rule { stroke: var(--quiet); stroke-opacity: .4; stroke-dasharray: 2 3 }
    aside { width: 300px; overflow: auto; padding: 10px 14px; background: var(--panel) }
    aside h3 { margin: 0 0 4px; font-size: 15px; overflow-wrap: anywhere } aside p { margin: 4px 0 }
    aside dl { margin: 8px 0; display: grid; grid-template-columns: auto 1fr; gap: 2px 10px }
    aside dt { color: var(--quiet) } aside dd { margin: 0; overflow-wrap: anywhere }
    aside code { display: block; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--page);
      border: 1px solid var(--line); border-radius: 5px; padding: 4px 7px; font-size: 12px }
    aside ul { margin: 4px 0; padding-left: 18px } aside a { color: var(--accent); cursor: pointer }
    .box, .cluster { outline: none } .box { cursor: pointer } .fold, .title { cursor: pointer }
    .box:focus-visible .face, .cluster:focus-visible > .frame { stroke: var(--accent); stroke-width: 2.5 }
    .box.chosen .face { stroke: var(--accent); stroke-width: 3 } .box.same .face { stroke: #d55e00; stroke-width: 2.5 }
    .box.hit .face { stroke: #d55e00; stroke-width: 3 } .searching .box:not(.hit) { opacity: .3 }
    .wire.hot { stroke: var(--accent); stroke-width: 2.4; stroke-opacity: 1 }
    svg.graph text { text-rendering: geometricPrecision } .far text { display: none }
    .cluster.closed > .body { display: none } .cluster.closed > .folded { display: inline }
    .cluster.closed > .frame { fill-opacity: .16 } .cluster.closed > .fold { transform: rotate(-90deg);
      transform-box: fill-box; transform-origin: center }
    @media (max-width: 900px) {
      main { flex-direction: column } aside { width: auto; max-height: 38% ; border-top: 1px solid var(--line) }
    }

    """
}

// swift-format-ignore-file
/// Made from `docs/errors` by `GEOC_BLESS=1 swift test --filter geocTests`.
extension ErrorPages {
  static let e020: [String: String] = [
    "E0201": #"""
      # E0201: a type is not well formed

      A type is a space with its sizes in parentheses and, where there are several points, a field in square
      brackets: `R[3, 32, 32]`, `SPD(8)`, `SPD(8)[4]`, `Ball(16, c=1)`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[3, 32
      graph:
        - relu
      ```

      ```text
      error[E0201]: 'R[3, 32' is not a type
       --> spec.yaml:4:6
        |
      4 |   x: R[3, 32
        |      ^^^^^^^ expected ']'
        |
        = see: geoc explain E0201
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[3, 32]
      graph:
        - relu
      ```

      """#,
    "E0202": #"""
      # E0202: a type names no space

      The type names no space. The spaces are `R`, `Label`, `SPD`, `Sym`, `Ball`, `Sphere`, `Stiefel`, `Grassmann`,
      `SO`, `SE`, `GL+`, `SL`, `Irreps`, `Cloud`, `Tangent` and `Rows`.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SDP(8)
      graph:
        - logeig
      ```

      ```text
      error[E0202]: 'SDP(8)' is not a type
       --> spec.yaml:4:6
        |
      4 |   x: SDP(8)
        |      ^^^ unknown space 'SDP'
        |
        = help: did you mean 'SPD'?
        = see: geoc explain E0202
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - logeig
      ```

      """#,
    "E0203": #"""
      # E0203: an argument of a space is missing, unknown or out of range

      A space has the wrong number of sizes, an argument it does not know, or a value for which it is not defined.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(8, 8)
      graph:
        - logeig
      ```

      ```text
      error[E0203]: 'SPD(8, 8)' is not a type
       --> spec.yaml:4:6
        |
      4 |   x: SPD(8, 8)
        |      ^^^ SPD takes the sizes (n)
        |
        = see: geoc explain E0203
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - logeig
      ```

      """#,
    "E0204": #"""
      # E0204: an op was given a value of another space

      The op works on one space and was given a point of another. Nothing is converted silently, apart from a space
      to one that contains it: an SPD matrix may be used as a symmetric one. The label on the earlier line shows
      what made the value so; the help names an op that converts, where there is one.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - logeig
        - bimap: { out: 6 }
      ```

      ```text
      error[E0204]: bimap expects SPD(n), found Sym(8)
       --> spec.yaml:7:5
        |
      6 |   - logeig
        |     ------ this makes a Sym(8): the logarithm leaves the manifold
      7 |   - bimap: { out: 6 }
        |     ^^^^^ needs a point of SPD(n)
        |
        = help: move 'bimap' before 'logeig', or insert 'expeig' to return to SPD(8)
        = see: geoc explain E0204
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - bimap: { out: 6 }
        - logeig
      ```

      Plain layers take arrays only: after `logeig`, `vech` makes one of a symmetric matrix without counting entries
      twice.

      """#,
    "E0205": #"""
      # E0205: an op has too many or too few inputs

      The op takes another number of inputs. Without `from` a node reads the one before it; with `from: [a, b]` it
      reads several.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
          as: h
        - relu:
          from: [h, x]
      ```

      ```text
      error[E0205]: relu takes 1 input, found 2
       --> spec.yaml:8:5
        |
      8 |   - relu:
        |     ^^^^
        |
        = see: geoc explain E0205
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[4]
      graph:
        - linear: { out: 4 }
          as: h
        - add:
          from: [h, x]
        - relu
      ```

      """#,
    "E0206": #"""
      # E0206: sizes violate a constraint of the op

      The types fit, but the sizes violate a condition of the op. A frame of Stiefel(n, p), for example, has at most
      n columns, so `bimap` cannot make a matrix larger.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - bimap: { out: 12 }
      ```

      ```text
      error[E0206]: bimap needs out <= n, found 12 and 8
       --> spec.yaml:6:5
        |
      4 |   x: SPD(8)
        |      ------ the input 'x' is an SPD(8)
      5 | graph:
      6 |   - bimap: { out: 12 }
        |     ^^^^^
        |
        = see: geoc explain E0206
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: SPD(8)
      graph:
        - bimap: { out: 6 }
      ```

      """#,
    "E0207": #"""
      # E0207: two curvatures meet in one op

      Points of balls of different curvatures are points of different spaces: adding them, or measuring a distance between
      them, has no meaning. A fixed curvature is compared by its number, a learned one by the parameter that holds it. Carry one
      of the points over through the tangent space at the origin, or give both the same curvature.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: R[8]
        y: Ball(8, c=1)
      graph:
        - expmap0: { c: 0.1 }
          as: h
        - mobius_add:
          from: [h, y]
      ```

      ```text
      error[E0207]: mobius_add takes points of one ball, found curvatures c=0.1 and c=1
       --> spec.yaml:9:5
        |
      5 |   y: Ball(8, c=1)
        |      ------------ the input 'y' is a Ball(8, c=1)
      6 | graph:
      7 |   - expmap0: { c: 0.1 }
        |     ------- this makes a Ball(8, c=0.1)
      8 |     as: h
      9 |   - mobius_add:
        |     ^^^^^^^^^^
        |
        = help: map one of them through the tangent space: 'logmap0', then 'expmap0: { c: 0.1 }'
        = see: geoc explain E0207
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: R[8]
        y: Ball(8, c=0.1)
      graph:
        - expmap0: { c: 0.1 }
          as: h
        - mobius_add:
          from: [h, y]
      ```

      """#,
    "E0208": #"""
      # E0208: a tangent vector is used at another base point

      Tangent vectors at different points of a manifold lie in different spaces: following a vector from a point where it does not
      stand, or adding vectors of two points, has no meaning. Where a vector stands is written in its type,
      `Tangent(Ball(8, c=1), at=x)`; without `at` it stands at the origin. Carry it over by parallel transport, or use it where it
      stands.

      ```yaml fail
      geoc: 1
      model: example
      inputs:
        x: Ball(8, c=1)
        y: Ball(8, c=1)
      graph:
        - logmap:
          from: [x, y]
          as: v
        - expmap:
          from: [y, v]
      ```

      ```text
      error[E0208]: expmap takes a tangent vector at 'y', found Tangent(Ball(8, c=1), at=x)
        --> spec.yaml:10:5
         |
       4 |   x: Ball(8, c=1)
         |      ------------ the input 'x' is a Ball(8, c=1)
       5 |   y: Ball(8, c=1)
         |      ------------ the input 'y' is a Ball(8, c=1)
       6 | graph:
       7 |   - logmap:
         |     ------ this makes a Tangent(Ball(8, c=1), at=x): the logarithm leaves the ball
      ...
      10 |   - expmap:
         |     ^^^^^^
         |
         = help: insert 'ball_transport: { x: x, y: y, v: v }' to carry it there
         = see: geoc explain E0208
      ```

      Mended:

      ```yaml ok
      geoc: 1
      model: example
      inputs:
        x: Ball(8, c=1)
        y: Ball(8, c=1)
      graph:
        - logmap:
          from: [x, y]
          as: v
        - ball_transport: { x: x, y: y, v: v }
          as: w
        - expmap:
          from: [y, w]
      ```

      """#,
  ]
}

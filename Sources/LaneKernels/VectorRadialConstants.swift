// Polynomials in q = x² of the hyperbolic functions near 0, per scalar type: Chebyshev interpolation on 0 ≤ q ≤
// `radialLimit`, to a fraction of the last place.

extension Lanes64 {
  @inline(always) static var radialLimit: Self { splat(0.25) }

  @inline(always) static func tanhTail(_ q: Self) -> Self {
    var p = constant(0.000059469565897747691496)
    p = fma(p, q, constant(-0.00022107222975864633879))
    p = fma(p, q, constant(0.00058496537290226445915))
    p = fma(p, q, constant(-0.0014549593843804661129))
    p = fma(p, q, constant(0.0035920334653723928221))
    p = fma(p, q, constant(-0.0088632292700678434021))
    p = fma(p, q, constant(0.02186948829723451434))
    p = fma(p, q, constant(-0.053968253963610086387))
    p = fma(p, q, constant(0.13333333333329824238))
    p = fma(p, q, constant(-0.33333333333333328949))
    return p
  }

  @inline(always) static func atanhTail(_ q: Self) -> Self {
    var p = constant(0.21098097885975796879)
    p = fma(p, q, constant(-0.14450491183414467765))
    p = fma(p, q, constant(0.13557903913692298391))
    p = fma(p, q, constant(0.012292448728540531716))
    p = fma(p, q, constant(0.054419154182345871822))
    p = fma(p, q, constant(0.051607698811471620283))
    p = fma(p, q, constant(0.058930996925900415975))
    p = fma(p, q, constant(0.066658863527018841325))
    p = fma(p, q, constant(0.076923459402706383328))
    p = fma(p, q, constant(0.090909078815091881442))
    p = fma(p, q, constant(0.111111111339389688))
    p = fma(p, q, constant(0.14285714285490105024))
    p = fma(p, q, constant(0.20000000000000864857))
    p = fma(p, q, constant(0.33333333333333332781))
    return p
  }

  @inline(always) static func sinhTail(_ q: Self) -> Self {
    var p = constant(1.6116496514371546473e-10)
    p = fma(p, q, constant(2.5051946709721621128e-8))
    p = fma(p, q, constant(2.7557319433620242821e-6))
    p = fma(p, q, constant(0.00019841269841146991866))
    p = fma(p, q, constant(0.0083333333333333596599))
    p = fma(p, q, constant(0.16666666666666666658))
    return p
  }

  @inline(always) static func asinhTail(_ q: Self) -> Self {
    var p = constant(0.001885411765503900328)
    p = fma(p, q, constant(-0.0049927171981425112702))
    p = fma(p, q, constant(0.0076223094274817280526))
    p = fma(p, q, constant(-0.009591452221673174))
    p = fma(p, q, constant(0.011526210169675569454))
    p = fma(p, q, constant(-0.013962235682232347796))
    p = fma(p, q, constant(0.01735258771519257196))
    p = fma(p, q, constant(-0.022372151449922603053))
    p = fma(p, q, constant(0.030381944248546364425))
    p = fma(p, q, constant(-0.044642857140252438359))
    p = fma(p, q, constant(0.074999999999986391959))
    p = fma(p, q, constant(-0.16666666666666665486))
    return p
  }

  @inline(always) static func coshTail(_ q: Self) -> Self {
    var p = constant(2.0962955815976075739e-9)
    p = fma(p, q, constant(2.7557076636642723479e-7))
    p = fma(p, q, constant(0.000024801587616145412717))
    p = fma(p, q, constant(0.0013888888888704548969))
    p = fma(p, q, constant(0.04166666666666706171))
    p = fma(p, q, constant(0.49999999999999999863))
    return p
  }

  @inline(always) static func tanhSlopeNear(_ q: Self) -> Self {
    var p = constant(0.00010130244402695163816)
    p = fma(p, q, constant(-0.00038004816930288545344))
    p = fma(p, q, constant(0.00095072641787476549501))
    p = fma(p, q, constant(-0.0021479144112994862527))
    p = fma(p, q, constant(0.004719564403795771078))
    p = fma(p, q, constant(-0.010190772802060035112))
    p = fma(p, q, constant(0.021552763564015299255))
    p = fma(p, q, constant(-0.044316177446541057775))
    p = fma(p, q, constant(0.087477954139387456155))
    p = fma(p, q, constant(-0.16190476190469206467))
    p = fma(p, q, constant(0.26666666666666630107))
    p = fma(p, q, constant(-0.33333333333333333302))
    return p
  }

  @inline(always) static func atanhSlopeNear(_ q: Self) -> Self {
    var p = constant(3.8893413925486079906)
    p = fma(p, q, constant(-3.4100309506568597544))
    p = fma(p, q, constant(2.7481364197454265352))
    p = fma(p, q, constant(-0.34303690686934131032))
    p = fma(p, q, constant(0.680273480214691751))
    p = fma(p, q, constant(0.44139947922031654523))
    p = fma(p, q, constant(0.47795147589429935189))
    p = fma(p, q, constant(0.47021562399764381643))
    p = fma(p, q, constant(0.46668951207658451803))
    p = fma(p, q, constant(0.46153750571916730623))
    p = fma(p, q, constant(0.45454548054584973257))
    p = fma(p, q, constant(0.44444444401987828404))
    p = fma(p, q, constant(0.42857142857504924764))
    p = fma(p, q, constant(0.39999999999998784321))
    p = fma(p, q, constant(0.33333333333333334009))
    return p
  }

  @inline(always) static func sinhSlopeNear(_ q: Self) -> Self {
    var p = constant(9.675653082269460546e-10)
    p = fma(p, q, constant(1.2525940982835280683e-7))
    p = fma(p, q, constant(0.000011022927836391694217))
    p = fma(p, q, constant(0.00059523809522949248914))
    p = fma(p, q, constant(0.016666666666666851025))
    p = fma(p, q, constant(0.16666666666666666603))
    return p
  }

  @inline(always) static func asinhSlopeNear(_ q: Self) -> Self {
    var p = constant(0.015203263814597003093)
    p = fma(p, q, constant(-0.042383107428493141876))
    p = fma(p, q, constant(0.064817106275005760157))
    p = fma(p, q, constant(-0.077017652830826645342))
    p = fma(p, q, constant(0.083240560734495356442))
    p = fma(p, q, constant(-0.087762548040987700982))
    p = fma(p, q, constant(0.092405312349473063231))
    p = fma(p, q, constant(-0.097753274138913573698))
    p = fma(p, q, constant(0.10411655654645485575))
    p = fma(p, q, constant(-0.11186079452867599242))
    p = fma(p, q, constant(0.12152777776059847973))
    p = fma(p, q, constant(-0.13392857142840461992))
    p = fma(p, q, constant(0.14999999999999936042))
    p = fma(p, q, constant(-0.16666666666666666626))
    return p
  }
}

extension Lanes32 {
  @inline(always) static var radialLimit: Self { splat(0.5) }

  @inline(always) static func tanhTail(_ q: Self) -> Self {
    var p = constant(0.0020389156349)
    p = fma(p, q, constant(-0.00808921003209))
    p = fma(p, q, constant(0.0216799917047))
    p = fma(p, q, constant(-0.0539467019356))
    p = fma(p, q, constant(0.133332422933))
    p = fma(p, q, constant(-0.333333327029))
    return p
  }

  @inline(always) static func atanhTail(_ q: Self) -> Self {
    var p = constant(0.67559262383)
    p = fma(p, q, constant(-0.785146882316))
    p = fma(p, q, constant(0.577634993305))
    p = fma(p, q, constant(-0.0906513686607))
    p = fma(p, q, constant(0.121975669796))
    p = fma(p, q, constant(0.107952173732))
    p = fma(p, q, constant(0.143015357471))
    p = fma(p, q, constant(0.199996989602))
    p = fma(p, q, constant(0.333333342651))
    return p
  }

  @inline(always) static func sinhTail(_ q: Self) -> Self {
    var p = constant(0.000200490100795)
    p = fma(p, q, constant(0.0083329432551))
    p = fma(p, q, constant(0.166666677505))
    return p
  }

  @inline(always) static func asinhTail(_ q: Self) -> Self {
    var p = constant(-0.0040156303648)
    p = fma(p, q, constant(0.0121926896236))
    p = fma(p, q, constant(-0.0208403756827))
    p = fma(p, q, constant(0.0301334734879))
    p = fma(p, q, constant(-0.0446230171834))
    p = fma(p, q, constant(0.0749993931341))
    p = fma(p, q, constant(-0.166666663583))
    return p
  }

  @inline(always) static func coshTail(_ q: Self) -> Self {
    var p = constant(2.50786004415e-5)
    p = fma(p, q, constant(0.00138880218299))
    p = fma(p, q, constant(0.0416666753428))
    p = fma(p, q, constant(0.499999999864))
    return p
  }

  @inline(always) static func tanhSlopeNear(_ q: Self) -> Self {
    var p = constant(-0.00479951176417)
    p = fma(p, q, constant(0.0183862002791))
    p = fma(p, q, constant(-0.0433161999802))
    p = fma(p, q, constant(0.087310180833))
    p = fma(p, q, constant(-0.161891110229))
    p = fma(p, q, constant(0.266666245126))
    p = fma(p, q, constant(-0.333333331188))
    return p
  }

  @inline(always) static func atanhSlopeNear(_ q: Self) -> Self {
    var p = constant(15.7674210182)
    p = fma(p, q, constant(-27.6297516194))
    p = fma(p, q, constant(23.9193148625))
    p = fma(p, q, constant(-10.6864328398))
    p = fma(p, q, constant(3.7300278845))
    p = fma(p, q, constant(-0.13518598145))
    p = fma(p, q, constant(0.521338717745))
    p = fma(p, q, constant(0.440141346635))
    p = fma(p, q, constant(0.428712084725))
    p = fma(p, q, constant(0.399998223234))
    p = fma(p, q, constant(0.333333337012))
    return p
  }

  @inline(always) static func sinhSlopeNear(_ q: Self) -> Self {
    var p = constant(1.11488528467e-5)
    p = fma(p, q, constant(0.000595198679335))
    p = fma(p, q, constant(0.0166666706108))
    p = fma(p, q, constant(0.166666666605))
    return p
  }

  @inline(always) static func asinhSlopeNear(_ q: Self) -> Self {
    var p = constant(0.0181971853928)
    p = fma(p, q, constant(-0.0558197490685))
    p = fma(p, q, constant(0.0893477434173))
    p = fma(p, q, constant(-0.108739489508))
    p = fma(p, q, constant(0.121154285557))
    p = fma(p, q, constant(-0.133906064235))
    p = fma(p, q, constant(0.149999474057))
    p = fma(p, q, constant(-0.16666666462))
    return p
  }
}

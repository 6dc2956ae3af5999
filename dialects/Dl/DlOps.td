//===- DlOps.td - All op families -------------------------------*- tablegen -*-===//

include "dialects/Dl/Model.td"
include "dialects/Dl/Gradient.td"
include "dialects/Dl/Elementwise.td"
include "dialects/Dl/Shape.td"
include "dialects/Dl/Reduction.td"
include "dialects/Dl/Linear.td"
include "dialects/Dl/Convolution.td"
include "dialects/Dl/Pooling.td"
include "dialects/Dl/Normalisation.td"
include "dialects/Dl/Loss.td"

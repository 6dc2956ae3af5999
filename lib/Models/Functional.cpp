//===- Functional.cpp - Layers without parameters -------------------------===//

#include "dlc/Models/Functional.h"

#include "dialects/Dl/Build.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

/// Adds an elementwise op of the operand's type.
template <typename Op>
static Tensor unary(Tensor x) {
  return x.program().add<Op>(x.type(), x);
}

Tensor nn::operator-(Tensor x) { return unary<dl::NegOp>(x); }
Tensor nn::exp(Tensor x) { return unary<dl::ExpOp>(x); }
Tensor nn::tanh(Tensor x) { return unary<dl::TanhOp>(x); }
Tensor nn::relu(Tensor x) { return unary<dl::ReluOp>(x); }

template <typename Op>
static Tensor binary(Tensor a, Tensor b) {
  return a.program().add<Op>(a, b);
}

Tensor nn::operator+(Tensor a, Tensor b) { return binary<dl::AddOp>(a, b); }
Tensor nn::operator-(Tensor a, Tensor b) { return binary<dl::SubOp>(a, b); }
Tensor nn::operator*(Tensor a, Tensor b) { return binary<dl::MulOp>(a, b); }
Tensor nn::operator/(Tensor a, Tensor b) { return binary<dl::DivOp>(a, b); }

Tensor nn::operator+(Tensor x, double term) {
  Program &program = x.program();
  return program.add<dl::OffsetOp>(x.type(), x,
                                   program.attributes().getF64FloatAttr(term));
}
Tensor nn::operator*(Tensor x, double factor) {
  Program &program = x.program();
  return program.add<dl::ScaleOp>(x.type(), x,
                                  program.attributes().getF64FloatAttr(factor));
}

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

Tensor nn::reshape(Tensor x, ArrayRef<int64_t> shape) {
  return x.program().add<dl::ReshapeOp>(x.type().clone(shape), x);
}

Tensor nn::flatten(Tensor x) {
  int64_t rows = x.size(0);
  int64_t rest = 1;
  for (int64_t extent : x.shape().drop_front())
    rest *= extent;
  return reshape(x, {rows, rest});
}

Tensor nn::cast(Tensor x, Type element) {
  return x.program().add<dl::CastOp>(x.type().clone(element), x);
}

//===----------------------------------------------------------------------===//
// Windows and reductions
//===----------------------------------------------------------------------===//

Tensor nn::maxPool2d(Tensor x, int64_t kernel, int64_t stride,
                     int64_t padding) {
  Program &program = x.program();
  auto square = [&](int64_t value) {
    return program.attributes().getI64ArrayAttr({value, value});
  };
  return program.add<dl::MaxPool2dOp>(
      x, square(kernel), square(stride ? stride : kernel), square(padding),
      square(1), UnitAttr(),
      dl::LayoutAttr::get(program.context(), dl::Layout::ChannelsFirst));
}

Tensor nn::sum(Tensor x, ArrayRef<int64_t> axes) {
  Program &program = x.program();
  return program.add<dl::ReduceSumOp>(
      x, program.attributes().getI64ArrayAttr(axes));
}

Tensor nn::mean(Tensor x, ArrayRef<int64_t> axes) {
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= x.size(axis);
  return sum(x, axes) * (1.0 / double(count));
}

Tensor nn::globalAvgPool2d(Tensor x) { return mean(x, {2, 3}); }

Tensor nn::argmax(Tensor x, int64_t axis) {
  Program &program = x.program();
  return program.add<dl::ArgmaxOp>(
      x, program.attributes().getI64IntegerAttr(axis));
}

//===----------------------------------------------------------------------===//
// Losses and metrics
//===----------------------------------------------------------------------===//

Tensor nn::crossEntropy(Tensor logits, Tensor label) {
  return logits.program().add<dl::CrossEntropyOp>(logits, label);
}

Tensor nn::countCorrect(Tensor logits, Tensor label) {
  Tensor best = argmax(logits, logits.rank() - 1);
  Tensor wanted = cast(label, best.type().getElementType());
  return logits.program().add<dl::CountEqualOp>(best, wanted);
}

//===- Recurrent.td - Recurrent layers and their cells -----*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_RECURRENT_TD
#define DL_RECURRENT_TD

include "dlc/Dialect/Dl/DlAttrs.td"

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

class Dl_RecurrentOp<string mnemonic, list<Trait> traits = []>
    : Dl_PureOp<mnemonic, !listconcat([
        AttrSizedOperandSegments,
        DeclareOpInterfaceMethods<Dl_Decomposable>], traits)>;

/// Text that the descriptions of all recurrent layers share.
defvar Dl_RecurrentText = [{
    The input x is T x N x I (`batch_first`: N x T x I). `weights` holds, per layer
    and within it per direction (`bidirectional`: forward, then backward), w_ih
    (G H x I, for further layers G H x D H), w_hh (G H x H) and, unless all
    are left out, b_ih and b_hh (G H): PyTorch's tensors in PyTorch's order, where G is
    the number of gates and D that of directions. Initial states are
    L D x N x H for L `layers`; zero if not given. The output is T x N x D H
    (`batch_first`: N x T x D H), the states of the last layer at each step, and the last
    states are L D x N x H.

    `lengths` (N integers) gives the number of steps of each sequence that count, as
    pack_padded_sequence and pad_packed_sequence do: outputs behind the end are
    0, the last state is that of the last step that counts, and the backward
    direction starts there. A length above T counts as T, a length below 1 leaves the
    state unchanged.

    One matmul in front of the loop computes the products with w_ih of all steps; the loop
    is a `dl.scan`. Gradient: that of the decomposition; `truncate` (a number of
    steps) is an attribute of the scan.
}];

defvar Dl_SequenceText = "input sequences, T x N x I; with `batch_first` N x T x I";
defvar Dl_WeightsText = "w_ih, w_hh and optionally b_ih and b_hh of each layer and direction, in "
                        "this order, of the element type of x";
defvar Dl_FirstStatesText = "initial states, L D x N x H, of the element type of x; zeros if "
                            "not given";
defvar Dl_FirstCellsText = "initial cells, L D x N x H, of the element type of x; zeros if not "
                           "given";
defvar Dl_LengthsText = "number of steps of each sequence that count, N; T if not given";
defvar Dl_LayersText = "number of layers L, from 1 to 1000";
defvar Dl_BidirectionalText = "adds a direction that starts at the end: D is 2, otherwise 1";
defvar Dl_BatchFirstText = "the batch is dimension 0 of x and y";
defvar Dl_TruncateText = "steps that the gradient goes back, 1 or more; all if not given";
defvar Dl_StatesText = "states of the last layer, T x N x D H; with `batch_first` N x T x D H";
defvar Dl_LastText = "last states of each layer and direction, L D x N x H";

def Dl_NonlinearityAttr : StringBasedAttr<
    CPred<"::llvm::isa<::mlir::StringAttr>($_self) && "
          "(::llvm::cast<::mlir::StringAttr>($_self).getValue() == \"tanh\" || "
          "::llvm::cast<::mlir::StringAttr>($_self).getValue() == \"relu\")">,
    "\"tanh\" or \"relu\"">;

def Dl_RnnOp : Dl_RecurrentOp<"rnn"> {
  let summary = "layers of h = tanh(w_ih x + b_ih + w_hh h + b_hh), as torch.nn.RNN";
  let description = Dl_RecurrentText # [{
    `nonlinearity` is "tanh" or "relu". G is 1.
    ```mlir
    %y, %hn = dl.rnn %x weights(%w_ih, %w_hh) {nonlinearity = "relu"}
        : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>)
          -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, Dl_SequenceText>:$x,
    Arg<Variadic<Dl_FloatTensor>, Dl_WeightsText>:$weights,
    Arg<Optional<Dl_FloatTensor>, Dl_FirstStatesText>:$h0,
    Arg<Optional<Dl_IntTensor>, Dl_LengthsText>:$lengths,
    Arg<DefaultValuedAttr<I64Attr, "1">, Dl_LayersText>:$layers,
    Arg<UnitAttr, Dl_BidirectionalText>:$bidirectional,
    Arg<UnitAttr, Dl_BatchFirstText>:$batch_first,
    Arg<OptionalAttr<I64Attr>, Dl_TruncateText>:$truncate,
    Arg<DefaultValuedAttr<Dl_NonlinearityAttr, "\"tanh\"">,
        "`\"tanh\"` or `\"relu\"`, the function around the sum">:$nonlinearity);
  let results = (outs
    Res<Dl_FloatTensor, Dl_StatesText>:$y,
    Res<Dl_FloatTensor, Dl_LastText>:$h_n);
  let assemblyFormat = [{
    $x `weights` `(` $weights `)` (`initial` `(` $h0^ `)`)?
    (`lengths` `(` $lengths^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def Dl_LstmOp : Dl_RecurrentOp<"lstm"> {
  let summary = "layers of long short-term memory, as torch.nn.LSTM";
  let description = Dl_RecurrentText # [{
    G is 4, the gates i, f, g, o:
    ```
    i, f, o = sigmoid(...)   g = tanh(...)   of w_ih x + b_ih + w_hh h + b_hh
    c = f c + i g            h = o tanh(c)
    ```
    ```mlir
    %y, %hn, %cn = dl.lstm %x weights(%w_ih, %w_hh, %b_ih, %b_hh) initial(%h0, %c0)
        : (tensor<5x2x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<16xf32>,
           tensor<16xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
          -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, Dl_SequenceText>:$x,
    Arg<Variadic<Dl_FloatTensor>, Dl_WeightsText>:$weights,
    Arg<Optional<Dl_FloatTensor>, Dl_FirstStatesText>:$h0,
    Arg<Optional<Dl_FloatTensor>, Dl_FirstCellsText>:$c0,
    Arg<Optional<Dl_IntTensor>, Dl_LengthsText>:$lengths,
    Arg<DefaultValuedAttr<I64Attr, "1">, Dl_LayersText>:$layers,
    Arg<UnitAttr, Dl_BidirectionalText>:$bidirectional,
    Arg<UnitAttr, Dl_BatchFirstText>:$batch_first,
    Arg<OptionalAttr<I64Attr>, Dl_TruncateText>:$truncate);
  let results = (outs
    Res<Dl_FloatTensor, Dl_StatesText>:$y,
    Res<Dl_FloatTensor, Dl_LastText>:$h_n,
    Res<Dl_FloatTensor, "last cells of each layer and direction, L D x N x H">:$c_n);
  let assemblyFormat = [{
    $x `weights` `(` $weights `)` (`initial` `(` $h0^ `,` $c0 `)`)?
    (`lengths` `(` $lengths^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def Dl_GruOp : Dl_RecurrentOp<"gru"> {
  let summary = "layers of gated recurrent units, as torch.nn.GRU";
  let description = Dl_RecurrentText # [{
    G is 3, the gates r, z, n:
    ```
    r, z = sigmoid(w_ih x + b_ih + w_hh h + b_hh)
    n = tanh(w_in x + b_in + r (w_hn h + b_hn))
    h = (1 - z) n + z h
    ```
    ```mlir
    %y, %hn = dl.gru %x weights(%w_ih, %w_hh, %b_ih, %b_hh) lengths(%n)
        : (tensor<5x2x3xf32>, tensor<12x3xf32>, tensor<12x4xf32>, tensor<12xf32>,
           tensor<12xf32>, tensor<2xi64>)
          -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, Dl_SequenceText>:$x,
    Arg<Variadic<Dl_FloatTensor>, Dl_WeightsText>:$weights,
    Arg<Optional<Dl_FloatTensor>, Dl_FirstStatesText>:$h0,
    Arg<Optional<Dl_IntTensor>, Dl_LengthsText>:$lengths,
    Arg<DefaultValuedAttr<I64Attr, "1">, Dl_LayersText>:$layers,
    Arg<UnitAttr, Dl_BidirectionalText>:$bidirectional,
    Arg<UnitAttr, Dl_BatchFirstText>:$batch_first,
    Arg<OptionalAttr<I64Attr>, Dl_TruncateText>:$truncate);
  let results = (outs
    Res<Dl_FloatTensor, Dl_StatesText>:$y,
    Res<Dl_FloatTensor, Dl_LastText>:$h_n);
  let assemblyFormat = [{
    $x `weights` `(` $weights `)` (`initial` `(` $h0^ `)`)?
    (`lengths` `(` $lengths^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

class Dl_CellOp<string mnemonic>
    : Dl_PureOp<mnemonic, [DeclareOpInterfaceMethods<Dl_Decomposable>]>;

def Dl_RnnCellOp : Dl_CellOp<"rnn_cell"> {
  let summary = "one step of `dl.rnn`, as torch.nn.RNNCell";
  let description = [{
    x is N x I, h N x H, the weights w_ih (H x I), w_hh (H x H) and optionally b_ih, b_hh
    (H).
    ```mlir
    %h1 = dl.rnn_cell %x, %h weights(%w_ih, %w_hh)
        : (tensor<2x3xf32>, tensor<2x4xf32>, tensor<4x3xf32>, tensor<4x4xf32>)
          -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "input, N x I">:$x,
    Arg<Dl_FloatTensor, "state, N x H, of the element type of x">:$h,
    Arg<Variadic<Dl_FloatTensor>,
        "w_ih (H x I), w_hh (H x H) and optionally b_ih and b_hh (H), of the element type of "
        "x">:$weights,
    Arg<DefaultValuedAttr<Dl_NonlinearityAttr, "\"tanh\"">,
        "`\"tanh\"` or `\"relu\"`, the function around the sum">:$nonlinearity);
  let results = (outs Res<Dl_FloatTensor, "next state, N x H">:$h_next);
  let assemblyFormat = [{
    $x `,` $h `weights` `(` $weights `)` attr-dict
    `:` functional-type(operands, results)
  }];
}

def Dl_LstmCellOp : Dl_CellOp<"lstm_cell"> {
  let summary = "one step of `dl.lstm`, as torch.nn.LSTMCell";
  let description = [{
    x is N x I, h and c N x H, the weights w_ih (4 H x I), w_hh (4 H x H) and
    optionally b_ih, b_hh (4 H); gates i, f, g, o. Results: h, c.
    ```mlir
    %h1, %c1 = dl.lstm_cell %x, %h, %c weights(%w_ih, %w_hh)
        : (tensor<2x3xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<16x3xf32>,
           tensor<16x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>)
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "input, N x I">:$x,
    Arg<Dl_FloatTensor, "state, N x H, of the element type of x">:$h,
    Arg<Dl_FloatTensor, "cell, N x H, of the element type of x">:$c,
    Arg<Variadic<Dl_FloatTensor>,
        "w_ih (4 H x I), w_hh (4 H x H) and optionally b_ih and b_hh (4 H), of the element type of "
        "x">:$weights);
  let results = (outs
    Res<Dl_FloatTensor, "next state, N x H">:$h_next,
    Res<Dl_FloatTensor, "next cell, N x H">:$c_next);
  let assemblyFormat = [{
    $x `,` $h `,` $c `weights` `(` $weights `)` attr-dict
    `:` functional-type(operands, results)
  }];
}

def Dl_GruCellOp : Dl_CellOp<"gru_cell"> {
  let summary = "one step of `dl.gru`, as torch.nn.GRUCell";
  let description = [{
    x is N x I, h N x H, the weights w_ih (3 H x I), w_hh (3 H x H) and
    optionally b_ih, b_hh (3 H); gates r, z, n.
    ```mlir
    %h1 = dl.gru_cell %x, %h weights(%w_ih, %w_hh)
        : (tensor<2x3xf32>, tensor<2x4xf32>, tensor<12x3xf32>, tensor<12x4xf32>)
          -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "input, N x I">:$x,
    Arg<Dl_FloatTensor, "state, N x H, of the element type of x">:$h,
    Arg<Variadic<Dl_FloatTensor>,
        "w_ih (3 H x I), w_hh (3 H x H) and optionally b_ih and b_hh (3 H), of the element type of "
        "x">:$weights);
  let results = (outs Res<Dl_FloatTensor, "next state, N x H">:$h_next);
  let assemblyFormat = [{
    $x `,` $h `weights` `(` $weights `)` attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif // DL_RECURRENT_TD

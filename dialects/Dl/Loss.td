//===- Loss.td - What training makes small ----------------------*- tablegen -*-===//

#ifndef DL_LOSS_TD
#define DL_LOSS_TD

include "dialects/Dl/DlAttrs.td"

def Dl_CrossEntropyOp : Dl_PureOp<"cross_entropy", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_Decomposable>]> {
  let summary = "mean of -log softmax(logits)[label], as torch.nn.functional.cross_entropy";
  let description = [{
    logits is N x C, label N class indices. Computed as logsumexp(z) - z[label]
    with the row's maximum taken out. Gradient: (softmax - one_hot) / N.
    A label that is no class makes the loss and its gradient not a number.
    ```mlir
    %loss = dl.cross_entropy %logits, %label : tensor<8x10xf32>, tensor<8xui8> -> tensor<f32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$logits, Dl_IntTensor:$label);
  let results = (outs Dl_FloatScalar:$loss);
  let assemblyFormat =
      "$logits `,` $label attr-dict `:` type($logits) `,` type($label) `->` type($loss)";
}

#endif // DL_LOSS_TD

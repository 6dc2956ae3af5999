//===- Manifest.td - Attributes that describe a model ------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The attributes that describe a model from `resolve` on: its state, the inputs
// and outputs of its steps, the role of each argument of a lowered step. Each
// attribute verifies itself; that names resolve and memory is large enough is
// checked where a program enters (lib/Pipelines).
//
//===----------------------------------------------------------------------===//

#ifndef DL_MANIFEST_TD
#define DL_MANIFEST_TD

include "dlc/Dialect/Dl/DlAttrs.td"

/// `<name = "x", ...>`
class Dl_DescriptionAttr<string name, string mnemonic_> : AttrDef<Dl_Dialect, name> {
  let mnemonic = mnemonic_;
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

/// A case of an enumeration, by its bare name; it has to be given.
class Dl_CaseParameter<string enum> : AttrParameter<"::dlc::dl::" # enum, ""> {
  let printer = "$_printer << ::dlc::dl::stringify" # enum # "($_self)";
}
class Dl_ListParameter<string summary>
    : DefaultValuedParameter<"::mlir::ArrayAttr", "::mlir::ArrayAttr::get($_ctxt, {})",
                             summary>;
/// A number of bytes that the memory plan assigns; -1 before planning.
class Dl_PlannedParameter<string summary>
    : DefaultValuedParameter<"int64_t", "-1", summary>;

def Dl_StateKind : Dl_Enum<"StateKind", "what an entry of the state is",
    [I32EnumAttrCase<"Param", 0, "param">, I32EnumAttrCase<"Buffer", 1, "buffer">,
     I32EnumAttrCase<"Slot", 2, "slot">, I32EnumAttrCase<"Hparam", 3, "hparam">,
     I32EnumAttrCase<"Counter", 4, "counter">]>;

def Dl_StateEntryAttr : Dl_DescriptionAttr<"StateEntry", "state_entry"> {
  let summary = "a named entry of a model's state";
  let description = [{
    The kinds are those of `dlc_state_kind`; `init` is a `dlc_init_kind` with the
    numbers a to d. `type` is the type that a user sees, `storage` its memory layout,
    if that differs.
    ```mlir
    #dl.state_entry<kind = param, name = "w", type = tensor<4xf32>, a = 1.0>
    ```
  }];
  let parameters = (ins Dl_CaseParameter<"StateKind">:$kind,
                        "::mlir::StringAttr":$name,
                        "::mlir::RankedTensorType":$type,
                        DefaultValuedParameter<"int64_t", "0">:$init,
                        Dl_DefaultNumber<"0.0", "of the initialiser">:$a,
                        Dl_DefaultNumber<"0.0", "of the initialiser">:$b,
                        Dl_DefaultNumber<"0.0", "of the initialiser">:$c,
                        Dl_DefaultNumber<"0.0", "of the initialiser">:$d,
                        OptionalParameter<"::dlc::dl::StorageAttr">:$storage,
                        OptionalParameter<"::dlc::dl::HyperRangeAttr">:$range,
                        Dl_PlannedParameter<"in the block of the state">:$offset);
  let extraClassDeclaration = [{
    /// The type in memory.
    ::mlir::RankedTensorType getStoredType() const;
    /// The same entry in its place.
    StateEntryAttr withOffset(int64_t offset) const;
  }];
}

def Dl_TensorEntryAttr : Dl_DescriptionAttr<"TensorEntry", "tensor_entry"> {
  let summary = "an input or output of a step, or a result of a derivation";
  let parameters = (ins "::mlir::StringAttr":$name,
                        "::mlir::RankedTensorType":$type,
                        Dl_PlannedParameter<"in the block of the state">:$offset);
}

def Dl_DerivationAttr : Dl_DescriptionAttr<"Derivation", "derivation"> {
  let summary = "a function that computes entries of the state from others";
  let parameters = (ins "::mlir::StringAttr":$name,
                        Dl_ListParameter<"names of state entries">:$reads);
}

def Dl_BatchAttr : Dl_DescriptionAttr<"Batch", "batch"> {
  let summary = "one batch size of a step";
  let description = [{
    `rows` is its batch, `inputs` those that have it. With `any`, calls of any
    number of rows are made of the sizes.
    ```mlir
    #dl.batch<step = "predict", rows = 8, any = true, inputs = ["x"]>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$step,
                        "int64_t":$rows,
                        DefaultValuedParameter<"bool", "false">:$any,
                        Dl_ListParameter<"names of inputs">:$inputs);
}

def Dl_StepEntryAttr : Dl_DescriptionAttr<"StepEntry", "step_entry"> {
  let summary = "the inputs, outputs and effects of a step";
  let parameters = (ins "::mlir::StringAttr":$name,
                        DefaultValuedParameter<"bool", "false">:$trains,
                        Dl_ListParameter<"of `#dl.tensor_entry`">:$inputs,
                        Dl_ListParameter<"of `#dl.tensor_entry`">:$outputs,
                        Dl_ListParameter<"the message of each check">:$faults,
                        Dl_ListParameter<"names of state entries">:$writes,
                        Dl_ListParameter<"names of derivations">:$derivations,
                        OptionalParameter<"::dlc::dl::BatchAttr">:$batch);
}

def Dl_SiteAttr : Dl_DescriptionAttr<"Site", "site"> {
  let summary = "the counts of a mark in a step that measures itself";
  let description = [{
    A step or derivation itself or, with `kernel`, one of its calls of kernels, which a run
    of the step makes `trips` times. Trips, operations and bytes of a call are -1 if
    unknown; `bits` are those of its widest float. The lists have the name, the source
    location and the part of a step (forward, gradient or update) of each op.
    ```mlir
    #dl.site<step = "s", kernel = "kernel_0", trips = 5, flops = 32.0, bytes = 256.0,
             bits = 32, ops = ["tanh"], places = ["m.mlir:3:10"], parts = ["forward"]>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$step,
                        DefaultValuedParameter<"int64_t", "0">:$batch,
                        DefaultValuedParameter<"bool", "false">:$derives,
                        OptionalParameter<"::mlir::StringAttr">:$kernel,
                        DefaultValuedParameter<"int64_t", "1">:$trips,
                        Dl_DefaultNumber<"-1.0", "operations of a call">:$flops,
                        Dl_DefaultNumber<"-1.0", "bytes that a call moves">:$bytes,
                        DefaultValuedParameter<"int64_t", "0">:$bits,
                        Dl_ListParameter<"names of ops">:$ops,
                        Dl_ListParameter<"where they are written">:$places,
                        Dl_ListParameter<"the parts of the step">:$parts);
}

def Dl_ManifestAttr : Dl_DescriptionAttr<"Manifest", "manifest"> {
  let summary = "the state of a lowered model, and its steps";
  let description = [{
    The compiler makes the tables of `dlc/Runtime.h` from it. The memory plan adds offsets
    and sizes.
    ```mlir
    #dl.manifest<name = "m",
                 states = [#dl.state_entry<kind = counter, name = "seed", type = tensor<i64>>],
                 steps = [#dl.step_entry<name = "s">], state_bytes = 64, arena_bytes = 0>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$name,
                        Dl_ListParameter<"of `#dl.state_entry`">:$states,
                        Dl_ListParameter<"of `#dl.tensor_entry`, behind the states">:$derived,
                        Dl_ListParameter<"of `#dl.derivation`">:$derivations,
                        Dl_ListParameter<"of `#dl.step_entry`">:$steps,
                        Dl_ListParameter<"of `#dl.site`, by the numbers of marks">:$sites,
                        Dl_PlannedParameter<"of the state">:$state_bytes,
                        Dl_PlannedParameter<"the most a step needs">:$arena_bytes);
  let extraClassDeclaration = [{
    /// Whether memory is planned.
    bool isPlanned() const { return getArenaBytes() >= 0; }
    /// The same with another list of sites.
    ManifestAttr withSites(::mlir::ArrayAttr sites) const;
  }];
}

def Dl_ArgKind : Dl_Enum<"ArgKind", "what an argument of a lowered step is",
    [I32EnumAttrCase<"State", 0, "state">, I32EnumAttrCase<"Input", 1, "input">,
     I32EnumAttrCase<"Output", 2, "output">, I32EnumAttrCase<"Fault", 3, "fault">]>;

/// A string that need not be there, without a word before it.
class Dl_OptionalNameParameter<string summary>
    : OptionalParameter<"::mlir::StringAttr", summary> {
  let parser = "parseOptionalName($_parser)";
}

def Dl_ArgAttr : AttrDef<Dl_Dialect, "Arg"> {
  let mnemonic = "arg";
  let summary = "the role of an argument of a lowered step";
  let description = "`#dl.arg<input \"x\">`; a fault has no name.";
  let parameters = (ins Dl_CaseParameter<"ArgKind">:$kind,
                        Dl_OptionalNameParameter<"of the entry, input or output">:$name);
  let assemblyFormat = "`<` $kind ($name^)? `>`";
  let genVerifyDecl = 1;
}

#endif // DL_MANIFEST_TD

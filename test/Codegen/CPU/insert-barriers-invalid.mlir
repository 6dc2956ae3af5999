// RUN: dlc-opt %s -split-input-file -verify-diagnostics -dl-insert-barriers

// expected-error@+1 {{is a step; expected its last argument to be %worker: !llvm.ptr}}
func.func @no_worker(%state: memref<64xi8>) attributes {dl.step} {
  return
}

// -----

// expected-error@+1 {{is a step; expected its last argument to be %worker: !llvm.ptr}}
func.func @no_argument() attributes {dl.step} {
  return
}

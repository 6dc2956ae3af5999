// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @trips(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'dl.scan' op runs from 0 to 1099511627776 times, not -1}}
  %s = dl.scan -1 carry(%h = %a) : (tensor<4xf32>) -> tensor<4xf32> {
    dl.yield %h : tensor<4xf32>
  }
  return %s : tensor<4xf32>
}

// -----

func.func @truncation(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'dl.scan' op truncates its gradient after 1 step or more, not 0}}
  %s = dl.scan 3 truncate 0 carry(%h = %a) : (tensor<4xf32>) -> tensor<4xf32> {
    dl.yield %h : tensor<4xf32>
  }
  return %s : tensor<4xf32>
}

// -----

func.func @operand_count(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'dl.scan' has 1 operands but types for 2}}
  %s = dl.scan 3 carry(%h = %a) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
    dl.yield %h : tensor<4xf32>
  }
  return %s : tensor<4xf32>
}

// -----

func.func @scalar_stack(%a: tensor<f32>) -> tensor<3xf32> {
  // expected-error @below {{'dl.scan' expects operand #0 after 'over' of rank 1 or more, not 'tensor<f32>'}}
  %s = dl.scan 3 over(%x = %a) : (tensor<f32>) -> tensor<3xf32> {
    dl.yield %x : tensor<f32>
  }
  return %s : tensor<3xf32>
}

// -----

func.func @slices(%a: tensor<4x2xf32>) -> tensor<3x2xf32> {
  // expected-error @below {{'dl.scan' op runs 3 times, but operand #0 after 'over' is 'tensor<4x2xf32>' with 4 slices}}
  %s = dl.scan 3 over(%x = %a) : (tensor<4x2xf32>) -> tensor<3x2xf32> {
    dl.yield %x : tensor<2xf32>
  }
  return %s : tensor<3x2xf32>
}

// -----

func.func @few_results(%a: tensor<4xf32>) {
  // expected-error @below {{'dl.scan' op carries 1 values but has only 0 results}}
  "dl.scan"(%a) <{trips = 3 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
  ^bb0(%h: tensor<4xf32>):
    dl.yield %h : tensor<4xf32>
  }) : (tensor<4xf32>) -> ()
  return
}

// -----

func.func @final_type(%a: tensor<4xf32>) -> tensor<5xf32> {
  // expected-error @below {{'dl.scan' op carries 'tensor<4xf32>' as value #0, but result #0 is 'tensor<5xf32>'}}
  %s = dl.scan 3 carry(%h = %a) : (tensor<4xf32>) -> tensor<5xf32> {
    dl.yield %h : tensor<4xf32>
  }
  return %s : tensor<5xf32>
}

// -----

func.func @no_yield(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'dl.scan' op expects its body to end with dl.yield}}
  %s = dl.scan 3 carry(%h = %a) : (tensor<4xf32>) -> tensor<4xf32> {
    llvm.unreachable
  }
  return %s : tensor<4xf32>
}

// -----

func.func @argument_count(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'dl.scan' op has 1 operands but a body with 2 arguments}}
  %s = "dl.scan"(%a) <{trips = 3 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
  ^bb0(%h: tensor<4xf32>, %g: tensor<4xf32>):
    dl.yield %h : tensor<4xf32>
  }) : (tensor<4xf32>) -> tensor<4xf32>
  return %s : tensor<4xf32>
}

// -----

func.func @argument_type(%a: tensor<3x4xf32>) -> tensor<3x5xf32> {
  // expected-error @below {{'dl.scan' op has operand #0 of type 'tensor<3x4xf32>', of which a step sees 'tensor<4xf32>', but argument #0 of its body is 'tensor<5xf32>'}}
  %s = "dl.scan"(%a) <{trips = 3 : i64, operandSegmentSizes = array<i32: 0, 1, 0>}> ({
  ^bb0(%h: tensor<5xf32>):
    dl.yield %h : tensor<5xf32>
  }) : (tensor<3x4xf32>) -> tensor<3x5xf32>
  return %s : tensor<3x5xf32>
}

// -----

func.func @yield_count(%a: tensor<4xf32>) -> tensor<4xf32> {
  %s = dl.scan 3 carry(%h = %a) : (tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @below {{'dl.yield' op gives 2 values, but the scan has 1 results}}
    dl.yield %h, %h : tensor<4xf32>, tensor<4xf32>
  }
  return %s : tensor<4xf32>
}

// -----

func.func @yield_carried(%a: tensor<4xf32>, %b: tensor<5xf32>) -> tensor<4xf32> {
  %s = dl.scan 3 carry(%h = %a) with(%u = %b) : (tensor<4xf32>, tensor<5xf32>) -> tensor<4xf32> {
    // expected-error @below {{'dl.yield' op gives 'tensor<5xf32>' for carried value #0, which is 'tensor<4xf32>'}}
    dl.yield %u : tensor<5xf32>
  }
  return %s : tensor<4xf32>
}

// -----

func.func @yield_output(%a: tensor<4xf32>) -> tensor<2x4xf32> {
  %s, %y = dl.scan 3 carry(%h = %a) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<2x4xf32>) {
    // expected-error @below {{'dl.yield' op gives 'tensor<4xf32>' for output #0, which stacks to 'tensor<3x4xf32>', but result #1 is 'tensor<2x4xf32>'}}
    dl.yield %h, %h : tensor<4xf32>, tensor<4xf32>
  }
  return %y : tensor<2x4xf32>
}

// -----

func.func @foreign(%a: tensor<4xf32>) -> tensor<4xf32> {
  %s = dl.scan 3 carry(%h = %a) : (tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @below {{'arith.addf' op may not stand in the body of dl.scan, which is made of dl ops only}}
    %0 = arith.addf %h, %h : tensor<4xf32>
    dl.yield %0 : tensor<4xf32>
  }
  return %s : tensor<4xf32>
}

// -----

dl.model @m {
  dl.buffer @b : tensor<4xf32> = zeros
  dl.step @s(%a: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %s = dl.scan 3 carry(%h = %a) : (tensor<4xf32>) -> tensor<4xf32> {
      // expected-error @below {{'dl.write' op may not stand in the body of dl.scan: the state is the same at every step}}
      dl.write %h, @b : tensor<4xf32>
      dl.yield %h : tensor<4xf32>
    }
    dl.return %s : tensor<4xf32>
  }
}

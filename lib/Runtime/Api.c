//===- Api.c - The interface as a table -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"

const dlc_api dlc_runtime_api = {
    .create = dlc_create,
    .destroy = dlc_destroy,
    .init = dlc_init,
    .run = dlc_run,
    .get = dlc_get,
    .set = dlc_set,
    .get_hparam = dlc_get_hparam,
    .set_hparam = dlc_set_hparam,
    .save = dlc_save,
    .load = dlc_load,
    .last_error = dlc_last_error,
    .run_batch = dlc_run_batch,
    .save_with_metadata = dlc_save_with_metadata,
    .profile = dlc_profile,
};

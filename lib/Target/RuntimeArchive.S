//===- RuntimeArchive.S - The runtime, as dlc links it into libraries -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

	.section .rodata
	.globl dlc_runtime_archive_begin
	.globl dlc_runtime_archive_end
dlc_runtime_archive_begin:
	.incbin DLC_RUNTIME_ARCHIVE
dlc_runtime_archive_end:
	.section .note.GNU-stack,"",@progbits

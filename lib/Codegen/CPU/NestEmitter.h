//===- NestEmitter.h - Loops and vectors for one loop nest ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the code of one loop nest as its tile plan says:
//
//   for blocks of reduction loops                 (rarely any)
//     for tiles of parallel loops                 (those of a piece of work)
//       start values of all accumulators of the tile
//       for reduction loops, accumulators carried
//         for all steps of the tile: load, evaluate the region
//       sum across lanes if the vectorized loop is a reduction
//       evaluate the epilogues; store
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CODEGEN_CPU_NESTEMITTER_H
#define DLC_LIB_CODEGEN_CPU_NESTEMITTER_H

#include "BodyEmitter.h"
#include "Shares.h"
#include "TilePlan.h"

namespace dlc::codegen {

class NestEmitter {
public:
  /// `starts` holds, for each output, the scalar that the accumulation starts
  /// from; null if it starts from the value in memory.
  NestEmitter(const LoopNest &nest, const TilePlan &plan,
              const TargetInfo &target, llvm::ArrayRef<mlir::Value> starts);

  /// Makes one-dimensional views of the operands. They must dominate all code
  /// that the other functions emit.
  void emitViews(mlir::OpBuilder &builder);

  /// Bytes of a buffer of the worker's own that `usePackBuffer` needs; 0 if
  /// nothing is copied.
  int64_t packBytes() const;
  /// Gives the emitter a buffer of bytes for the copy of a panel.
  void usePackBuffer(mlir::OpBuilder &builder, mlir::Value buffer);

  /// How many tasks the nest consists of: tiles of its task loops.
  int64_t numTasks() const;
  /// Emits all of the nest.
  void emitAll(mlir::OpBuilder &builder);
  /// Emits some of the tasks.
  void emitTasks(mlir::OpBuilder &builder, TaskRange range);

  /// Emits the nest for block number `number` of `blocks`, which the iterations
  /// of the sliced loop are cut into. The nest has those of one block.
  void emitBlock(mlir::OpBuilder &builder, const Segment &blocks,
                 mlir::Value number);

private:
  /// A number known up to one run-time term.
  struct Index {
    mlir::Value dynamic;
    int64_t constant = 0;
  };

  /// Some steps of a loop.
  struct StepRange {
    unsigned loop;
    int64_t first, count;
  };

  /// Where the code being emitted stands.
  struct Position {
    /// Iteration of each loop.
    llvm::SmallVector<Index> iterations;
    /// Element number in each operand.
    llvm::SmallVector<Index> elements;
    /// Element number in the copy of each panel.
    llvm::SmallVector<Index, 2> packed;
    /// Steps of each loop that the code below covers, from the iteration on.
    llvm::SmallVector<int64_t> sizes;
    /// The steps of one loop of the register tile to compute; none: all of
    /// every loop.
    std::optional<StepRange> computed;
  };

  /// One accumulator of each output: a point or vector of the register tile.
  struct Slot {
    /// Steps from the tile's position, for each loop.
    llvm::SmallVector<int64_t> steps;
    int64_t width = 1;
  };

  /// The body of the tile loops.
  enum class TileCode : uint8_t {
    /// The whole computation.
    All,
    /// Only the start values, stored.
    Starts,
    /// The computation, starting from the values in memory.
    Accumulation,
    /// Only the epilogues, of the values in memory.
    Epilogues,
  };

  using PositionFn = llvm::function_ref<void(const Position &)>;
  using ValuesFn = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      const Position &, mlir::ValueRange)>;

  mlir::Value constantIndex(int64_t value);
  mlir::Value materialize(Index index, int64_t extra = 0);
  void advance(Index &index, mlir::Value iteration, int64_t scale);
  /// Goes to tile number `tile` (null: the first) of `segment`.
  Position enter(const Position &position, unsigned loop,
                 const Segment &segment, mlir::Value tile);

  /// Calls `emitBody` inside of a loop over the tiles of `segment`, which
  /// carries `carried`; returns the last values.
  llvm::SmallVector<mlir::Value>
  emitSegment(const Position &position, unsigned loop, const Segment &segment,
              mlir::ValueRange carried, ValuesFn emitBody);
  Position start() const;
  void emitAt(const Position &position, std::optional<TaskRange> range);
  void emitBlocks(const Position &position, unsigned level,
                  PositionFn emitBody);
  llvm::SmallVector<llvm::SmallVector<Segment>> taskSegments() const;
  void emitTiles(const Position &position, std::optional<TaskRange> range,
                 TileCode code);
  void emitTaskLoop(const Position &position, llvm::ArrayRef<Segment> segments,
                    TaskRange range, TileCode code);
  void emitTileLoops(const Position &position, unsigned level, TileCode code);
  void emitInnerTileLoops(const Position &position, unsigned level,
                          TileCode code);
  void emitTile(const Position &position, TileCode code);
  void emitPack(const Position &position, unsigned panel);
  void emitPackSteps(const Position &position, unsigned panel, unsigned level);
  void packRows(const Position &position, unsigned panel);
  void packVectors(const Position &position, unsigned panel);
  int64_t packedStride(const Position &position, unsigned panel,
                       unsigned loop) const;
  mlir::Value packedIndex(const Position &position, unsigned panel,
                          const Slot &slot);
  mlir::Value loadPacked(const Position &position, unsigned panel,
                         const Slot &slot);
  void storePacked(const Position &position, unsigned panel, const Slot &slot,
                   mlir::Value value);
  llvm::SmallVector<Segment> reductionSegments(const Position &position,
                                               const TileLoop &tileLoop) const;
  llvm::SmallVector<mlir::Value> emitReductions(const Position &position,
                                                unsigned level,
                                                mlir::ValueRange accumulators);
  Index valueOf(const Condition &condition, const Position &position);
  bool isOfTile(const Condition &condition, const Position &position) const;
  bool narrow(Position &position, unsigned loop);
  llvm::SmallVector<mlir::Value> emitWhereNeeded(const Position &position,
                                                 unsigned loop,
                                                 const Segment &segment,
                                                 mlir::ValueRange carried,
                                                 ValuesFn emitBody);
  llvm::SmallVector<mlir::Value> emitStep(const Position &position,
                                          mlir::ValueRange accumulators);

  llvm::SmallVector<Slot> slotsOf(const Position &position) const;
  llvm::SmallVector<Slot> accumulatorSlots(const Position &position) const;
  bool sumsAcrossLanes() const;
  int64_t elementStep(const Access &access,
                      llvm::ArrayRef<int64_t> steps) const;

  mlir::Value loadInput(const Position &position, unsigned operand,
                        const Slot &slot);
  mlir::Value load(const Position &position, unsigned operand,
                   const Slot &slot);
  bool isTransposed(const Position &position, unsigned operand,
                    const Slot &slot) const;
  llvm::SmallVector<mlir::Value> loadSquare(const Position &position,
                                            unsigned operand, const Slot &slot,
                                            int64_t squaresAhead = 0);
  void transposeSquare(llvm::MutableArrayRef<mlir::Value> rows);
  void prefetch(const Position &position, unsigned operand, const Slot &slot);
  void store(const Position &position, unsigned operand, const Slot &slot,
             mlir::Value value);
  mlir::Value startValue(const Position &position, unsigned output,
                         const Slot &slot, TileCode code);
  /// A point of the tile and the sum there.
  using Sum = std::pair<Slot, mlir::Value>;
  llvm::SmallVector<Sum> sumSlots(const Position &position, unsigned output,
                                  llvm::ArrayRef<Slot> slots,
                                  mlir::ValueRange accumulators, TileCode code);
  void finish(const Position &position, const Slot &slot,
              mlir::ValueRange results, TileCode code);
  mlir::Value combine(mlir::Operation *combiner, mlir::Value a, mlir::Value b);
  mlir::Value sumLanes(mlir::Operation *combiner, mlir::Value vector);

  const LoopNest &nest;
  const TilePlan &plan;
  const TargetInfo &target;
  llvm::SmallVector<mlir::Value> starts;
  BodyEmitter body;
  /// Epilogues as nests over the same loops.
  std::vector<LoopNest> epilogueNests;
  std::vector<BodyEmitter> epilogues;
  mlir::Location loc;
  llvm::SmallVector<mlir::Value> views;
  /// The copies of panels.
  llvm::SmallVector<mlir::Value, 2> packViews;
  /// Valid while emitting.
  mlir::OpBuilder *builder = nullptr;
  /// Inputs already loaded in the current step: (operand, element, width).
  llvm::DenseMap<std::tuple<unsigned, int64_t, int64_t>, mlir::Value> loaded;
  /// Cache lines already fetched ahead in the current step: (operand, line).
  llvm::DenseSet<std::pair<unsigned, int64_t>> fetched;
};

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_CPU_NESTEMITTER_H

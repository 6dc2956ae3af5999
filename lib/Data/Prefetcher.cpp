//===- Prefetcher.cpp - Work beside the steps -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Prefetcher.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <signal.h>

using namespace llvm;
using namespace dlc;

struct Prefetcher::Worker {
  enum class Phase { Idle, Started, Done, Ending };

  /// Runs in the thread until it is told to end.
  void serve() {
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      changed.wait(lock, [&] {
        return phase == Phase::Started || phase == Phase::Ending;
      });
      if (phase == Phase::Ending)
        return;
      lock.unlock();
      Error error = work();
      lock.lock();
      result.emplace(std::move(error));
      phase = Phase::Done;
      changed.notify_all();
    }
  }

  static void *enter(void *self) {
    static_cast<Worker *>(self)->serve();
    return nullptr;
  }

  /// Creates the thread on first use; false if that fails.
  bool hasThread() {
    if (thread || failed)
      return !failed;
    // Signals go to the thread that trains. std::thread would end the process
    // if no thread can be created.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t made;
    failed = pthread_create(&made, nullptr, enter, this) != 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (!failed)
      thread = made;
    return !failed;
  }

  std::mutex mutex;
  std::condition_variable changed;
  Phase phase = Phase::Idle;
  std::function<Error()> work;
  std::optional<Error> result;
  std::optional<pthread_t> thread;
  bool failed = false;
};

Prefetcher::Prefetcher() : worker(std::make_unique<Worker>()) {}

Prefetcher::~Prefetcher() {
  if (isStarted())
    consumeError(wait());
  if (!worker->thread)
    return;
  {
    std::lock_guard<std::mutex> lock(worker->mutex);
    worker->phase = Worker::Phase::Ending;
  }
  worker->changed.notify_all();
  pthread_join(*worker->thread, nullptr);
}

void Prefetcher::start(std::function<Error()> work) {
  if (!worker->hasThread()) {
    worker->result.emplace(work());
    worker->phase = Worker::Phase::Done;
    return;
  }
  {
    std::lock_guard<std::mutex> lock(worker->mutex);
    worker->work = std::move(work);
    worker->phase = Worker::Phase::Started;
  }
  worker->changed.notify_all();
}

bool Prefetcher::isStarted() const {
  std::lock_guard<std::mutex> lock(worker->mutex);
  return worker->phase != Worker::Phase::Idle;
}

Error Prefetcher::wait() {
  std::unique_lock<std::mutex> lock(worker->mutex);
  worker->changed.wait(lock,
                       [&] { return worker->phase == Worker::Phase::Done; });
  worker->phase = Worker::Phase::Idle;
  Error error = std::move(*worker->result);
  worker->result.reset();
  return error;
}

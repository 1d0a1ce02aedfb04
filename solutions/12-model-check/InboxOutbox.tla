---------------------------- MODULE InboxOutbox ----------------------------
(***************************************************************************)
(* The solution of exercise 12 in TLA+, definition by definition:          *)
(* system.qnt and inbox-outbox.qnt in one module, for those who have Java  *)
(* and tla2tools.jar. kata model --tlc runs it. TLC must generate 10,941   *)
(* states and find 2,415 distinct ones, as kata model does; the depth that *)
(* it prints is 18, because it counts states on the way, and kata model    *)
(* counts steps.                                                           *)
(***************************************************************************)
EXTENDS Naturals

CONSTANTS Messages, Workers

VARIABLES
  queue,  \* "waiting", "completed", or the worker that holds the lock
  store,  \* what one commit writes: booked, inbox, outbox
  topic,  \* messages whose event was sent
  tasks   \* what each worker has in its memory

vars == <<queue, store, topic, tasks>>

Idle == [message |-> "", line |-> "idle"]

Init ==
  /\ queue = [m \in Messages |-> "waiting"]
  /\ store = [booked |-> [m \in Messages |-> 0], inbox |-> {}, outbox |-> {}]
  /\ topic = {}
  /\ tasks = [w \in Workers |-> Idle]

----------------------------------------------------------------------------
(* What a worker can do in one step: with the store, with the topic or     *)
(* with the queue.                                                         *)

Held(w) == tasks[w].message
IsAt(w, line) == tasks[w].line = line

GoOn(w, line) ==
  /\ tasks' = [tasks EXCEPT ![w].line = line]
  /\ UNCHANGED <<queue, store, topic>>

Commit(w, written, line) ==
  /\ store' = written
  /\ tasks' = [tasks EXCEPT ![w].line = line]
  /\ UNCHANGED <<queue, topic>>

Send(w, m, line) ==
  /\ topic' = topic \union {m}
  /\ tasks' = [tasks EXCEPT ![w].line = line]
  /\ UNCHANGED <<queue, store>>

Complete(w) ==
  /\ queue' = IF queue[Held(w)] = w
                THEN [queue EXCEPT ![Held(w)] = "completed"]
                ELSE queue
  /\ tasks' = [tasks EXCEPT ![w] = Idle]
  /\ UNCHANGED <<store, topic>>

----------------------------------------------------------------------------
(* What happens to the workers: any number of times, at any moment.        *)

Receive(w, m) ==
  /\ IsAt(w, "idle")
  /\ queue[m] = "waiting"
  /\ queue' = [queue EXCEPT ![m] = w]
  /\ tasks' = [tasks EXCEPT ![w] = [message |-> m, line |-> "start"]]
  /\ UNCHANGED <<store, topic>>

Crash(w) ==
  /\ ~ IsAt(w, "idle")
  /\ queue' = IF queue[Held(w)] = w
                THEN [queue EXCEPT ![Held(w)] = "waiting"]
                ELSE queue
  /\ tasks' = [tasks EXCEPT ![w] = Idle]
  /\ UNCHANGED <<store, topic>>

LockExpires(m) ==
  /\ queue[m] \in Workers
  /\ queue' = [queue EXCEPT ![m] = "waiting"]
  /\ UNCHANGED <<store, topic, tasks>>

Surroundings ==
  \/ \E w \in Workers, m \in Messages : Receive(w, m)
  \/ \E w \in Workers : Crash(w)
  \/ \E m \in Messages : LockExpires(m)

----------------------------------------------------------------------------

Work(w) ==
  LET m == Held(w) IN
  \/ /\ IsAt(w, "start")
     /\ IF m \in store.inbox
          THEN GoOn(w, "dispatch")
          ELSE Commit(w,
                 [booked |-> [store.booked EXCEPT ![m] = @ + 1],
                  inbox  |-> store.inbox \union {m},
                  outbox |-> store.outbox \union {m}],
                 "dispatch")
  \/ /\ IsAt(w, "dispatch")
     /\ IF m \in store.outbox
          THEN Send(w, m, "clear")
          ELSE Complete(w)
  \/ /\ IsAt(w, "clear")
     /\ Commit(w, [store EXCEPT !.outbox = @ \ {m}], "complete")
  \/ /\ IsAt(w, "complete")
     /\ Complete(w)

Next ==
  \/ \E w \in Workers : Work(w)
  \/ Surroundings

Spec == Init /\ [][Next]_vars

----------------------------------------------------------------------------
(* What must be true in every state.                                       *)

TypeOK ==
  /\ queue \in [Messages -> {"waiting", "completed"} \union Workers]
  /\ store.booked \in [Messages -> Nat]
  /\ store.inbox \subseteq Messages
  /\ store.outbox \subseteq Messages
  /\ topic \subseteq Messages
  /\ \A w \in Workers : tasks[w].message \in Messages \union {""}

BookedOnce == \A m \in Messages : store.booked[m] <= 1

NoGhosts == \A m \in topic : store.booked[m] > 0

NothingForgotten ==
  \A m \in Messages : queue[m] = "completed" => m \in topic

=============================================================================

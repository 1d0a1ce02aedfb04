/** Small specifications whose numbers of states are known, from the literature or from the talk before exercise 12. */
import { openModel, type Model } from '../../model/index.ts';

export function modelOf(text: string): Model {
  return openModel({ path: 'test.qnt', text });
}

/** Two jugs, of 3 and of 5, and a pump. L. Lamport: TLC generates 97 states, 16 of them distinct. */
export const dieHard = `module dieHard {
  var small: int
  var big: int
  pure def least(a: int, b: int): int = if (a < b) a else b
  action init = all { small' = 0, big' = 0 }
  action fillSmall = all { small' = 3, big' = big }
  action fillBig = all { small' = small, big' = 5 }
  action emptySmall = all { small' = 0, big' = big }
  action emptyBig = all { small' = small, big' = 0 }
  action smallToBig = {
    val poured = least(small, 5 - big)
    all { small' = small - poured, big' = big + poured }
  }
  action bigToSmall = {
    val poured = least(big, 3 - small)
    all { small' = small + poured, big' = big - poured }
  }
  action step = any { fillSmall, fillBig, emptySmall, emptyBig, smallToBig, bigToSmall }
  val notFour = big != 4
}`;

/** A farmer, who takes one of three over a river at a time: ten states in which nobody is eaten, seven crossings. */
export const river = `module river {
  pure val all_ = Set("wolf", "goat", "cabbage")
  var here: Set[str]
  var isFarmerHere: bool
  pure def quiet(bank: Set[str]): bool = and {
    not(Set("wolf", "goat").subseteq(bank)),
    not(Set("goat", "cabbage").subseteq(bank)),
  }
  action init = all { here' = all_, isFarmerHere' = true }
  action step = all {
    nondet what = all_.union(Set("nobody")).oneOf()
    val from = if (isFarmerHere) here else all_.exclude(here)
    val behind = from.exclude(Set(what))
    all {
      what == "nobody" or from.contains(what),
      quiet(behind),
      here' = if (isFarmerHere) behind else here.union(Set(what).intersect(all_)),
      isFarmerHere' = not(isFarmerHere),
    },
  }
  val notOver = here != Set()
}`;

/** The last capybara, of the talk before exercise 12. Whoever has not looked yet has seen 9. */
export function lastCapybara(customers: number): string {
  const names = Array.from({ length: customers }, (_, index) => `"customer ${index + 1}"`);
  return `module lastCapybara {
    pure val customers = Set(${names.join(', ')})
    var stock: int
    var saw: str -> int
    var bought: Set[str]
    action init = all { stock' = 1, saw' = customers.mapBy(who => 9), bought' = Set() }
    action look(who: str): bool = all {
      saw.get(who) == 9, saw' = saw.set(who, stock), stock' = stock, bought' = bought,
    }
    action buy(who: str): bool = all {
      saw.get(who) == 1, not(who.in(bought)),
      stock' = stock - 1, bought' = bought.union(Set(who)), saw' = saw,
    }
    action step = {
      nondet who = oneOf(customers)
      any { look(who), buy(who) }
    }
    val notOversold = stock >= 0
    val noBookkeeping = stock + bought.size() == 1
  }`;
}

/** Mutual exclusion of two processes after G. Peterson, 1981. */
export const peterson = `module peterson {
  var at: int -> str
  var wants: int -> bool
  var turn: int
  pure val processes = Set(0, 1)
  action init = all { at' = processes.mapBy(p => "out"), wants' = processes.mapBy(p => false), turn' = 0 }
  action want(p: int): bool = all {
    at.get(p) == "out", at' = at.set(p, "polite"), wants' = wants.set(p, true), turn' = turn }
  action yieldTo(p: int): bool = all {
    at.get(p) == "polite", at' = at.set(p, "waits"), wants' = wants, turn' = 1 - p }
  action enter(p: int): bool = all {
    at.get(p) == "waits", not(wants.get(1 - p)) or turn == p,
    at' = at.set(p, "in"), wants' = wants, turn' = turn }
  action leave(p: int): bool = all {
    at.get(p) == "in", at' = at.set(p, "out"), wants' = wants.set(p, false), turn' = turn }
  action step = { nondet p = processes.oneOf() any { want(p), yieldTo(p), enter(p), leave(p) } }
  val oneInside = not(processes.forall(p => at.get(p) == "in"))
}`;

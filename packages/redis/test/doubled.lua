-- KEYS[1]  a number
-- returns  twice the number, which it becomes
-- Atomic, because two doublings apart could both read the first number.
local twice = 2 * redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], twice)
return twice

-- KEYS[1]  the lock
-- ARGV[1]  its owner
-- ARGV[2]  lifetime from now, ms
-- returns  1 when the lock is the owner's and lives on, 0 when it is not
-- Atomic, because between a GET and a PEXPIRE apart the lock may become another's, whose lifetime would be changed.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0

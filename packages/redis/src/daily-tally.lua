-- KEYS     of one day: a hash of what is known of each subject, a hash of counts, how many bytes both may be said to take
-- ARGV[1]  how many bytes of a day may be taken by what is new in it
-- ARGV[2]  lifetime of the day after its last count, ms
-- ARGV[3…] entries as JSON: { id, about?, marks: [mark, …], counts: [name, n, name, n, …], always }
-- returns  for each entry 0 when it was counted, 1 when its `about` is wanted, 2 when there is no room for it
-- Atomic, because an entry is counted with all that is to be known of it, or not at all.
local facts, counts, taken = KEYS[1], KEYS[2], KEYS[3]
local room, lifetime = tonumber(ARGV[1]), ARGV[2]
local perField = 100

local function count(entry)
  local fields = {}
  local bytes = 0
  local function want(hash, field, value)
    if redis.call('HEXISTS', hash, field) == 0 then
      if hash == facts then
        fields[#fields + 1] = { field, value }
      end
      bytes = bytes + #field + #value + perField
    end
  end

  if redis.call('HEXISTS', facts, entry.id) == 0 then
    if not entry.about then
      return 1
    end
    want(facts, entry.id, entry.about)
  end
  for _, mark in ipairs(entry.marks) do
    want(facts, entry.id .. ' ' .. mark, '')
  end
  for i = 1, #entry.counts, 2 do
    want(counts, entry.id .. ' ' .. entry.counts[i], '')
  end
  if bytes > 0 and not entry.always then
    if (tonumber(redis.call('GET', taken)) or 0) + bytes > room then
      return 2
    end
    redis.call('INCRBY', taken, bytes)
  end
  for _, field in ipairs(fields) do
    redis.call('HSET', facts, field[1], field[2])
  end
  for i = 1, #entry.counts, 2 do
    redis.call('HINCRBY', counts, entry.id .. ' ' .. entry.counts[i], entry.counts[i + 1])
  end
  return 0
end

local outcomes = {}
for i = 3, #ARGV do
  outcomes[#outcomes + 1] = count(cjson.decode(ARGV[i]))
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, lifetime)
end
return outcomes

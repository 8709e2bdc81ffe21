"""The Lua scripts about many jobs, or about engines: each works on one index in one step."""

EXPIRED = """
-- KEYS: jobs:running; ARGV: most -> ids of jobs that nobody holds: those that were begun, then
-- those that wait, by rank and time
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local begun = redis.call('ZRANGEBYSCORE', KEYS[1], '(0', now, 'LIMIT', 0, ARGV[1])
local waiting = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', 0, 'LIMIT', 0, ARGV[1] - #begun)
for _, job in ipairs(waiting) do begun[#begun + 1] = job end
return begun
"""

FORGET = """
-- KEYS: an index, then the keys of its members; ARGV: the members -> number removed
local gone = 0
for i, member in ipairs(ARGV) do
  if redis.call('EXISTS', KEYS[i + 1]) == 0 then
    gone = gone + redis.call('ZREM', KEYS[1], member)
  end
end
return gone
"""

TELL_LOAD = """
-- KEYS: engines; ARGV: engine, how long it holds (ms), jobs, model calls, index ttl; without jobs
-- it is leaving. What an engine has said that died is removed an hour later.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HDEL', KEYS[1], ARGV[1])
if ARGV[3] then
  local till = string.format('%.0f', now + ARGV[2])
  redis.call('HSET', KEYS[1], ARGV[1], till .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
local told = redis.call('HGETALL', KEYS[1])
for i = 1, #told, 2 do
  if tonumber(string.match(told[i + 1], '^%d+')) < now - 3600000 then
    redis.call('HDEL', KEYS[1], told[i])
  end
end
return 1
"""

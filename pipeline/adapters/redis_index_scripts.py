"""The Lua scripts about many jobs, or about engines: each works on one index in one step."""

EXPIRED = """
-- KEYS: jobs:running; ARGV: most of each sort, attempts from which on a job is suspect, and those
-- at which it is none any more, the key of a job's meta with %s -> of jobs that nobody holds the
-- id, and whether it is suspect: those that were begun, then those that wait, by rank and time
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local most, first, last = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local found, many = {}, {[0] = 0, [1] = 0}
local function look(from, to)
  local at = 0
  while many[0] < most do
    local jobs = redis.call('ZRANGEBYSCORE', KEYS[1], from, to, 'LIMIT', at, most)
    for _, job in ipairs(jobs) do
      local attempts = tonumber(redis.call('HGET', string.format(ARGV[4], job), 'attempts') or 0)
      local sort = attempts >= first and attempts < last and 1 or 0
      if many[sort] < most then
        many[sort] = many[sort] + 1
        found[#found + 1] = job
        found[#found + 1] = sort
      end
    end
    at = at + most
    if #jobs < most then return end
  end
end
look('(0', now)
look('-inf', 0)
return found
"""

TO_STOP = """
-- KEYS: jobs:running; ARGV: the key of a job's meta with %s -> jobs that nobody holds any more, and
-- that were asked to stop while somebody did
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local found = {}
for _, job in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(0', now)) do
  if redis.call('HGET', string.format(ARGV[1], job), 'cancel') == '1' then
    found[#found + 1] = job
  end
end
return found
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

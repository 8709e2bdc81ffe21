"""The Lua scripts: each changes one job in one step.

All scripts about one job take the same keys (`JobKeys.for_script`). They use the server's clock,
so the clocks of the machines do not matter. A script answers numbers; `FENCED` is an error.
"""

from pipeline.adapters.redis_keys import (
    COUNTS,
    INDEX_TTL,
    RANK_MS,
    STOPPING_MS,
    UNDO_TTL,
    milliseconds,
)
from pipeline.domain.figures import BUCKETS_S

ALL = "*"
# Every unit of a manuscript; no unit is called so.

MOST_COUNTERS = 1_000
# Clients name models, and errors have many codes: what a monitor reads must not grow with them.

_FIXED = f"""
local RANK_MS, STOPPING_MS = {RANK_MS}, {STOPPING_MS}  -- see `redis_keys`
local COUNTS, COUNTS_TTL = '{COUNTS}', {milliseconds(INDEX_TTL)}
local UNDO_TTL = {milliseconds(UNDO_TTL)}
local ALL, MOST_COUNTERS = '{ALL}', {MOST_COUNTERS}
local BUCKETS_S = {{ {", ".join(map(str, BUCKETS_S))} }}
"""

_START = (
    _FIXED
    + """
local META, EVENTS, UNITS, REQUEST, RESULT, SHARED = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local RUNNING, RECENT, CONTROL = KEYS[7], KEYS[8], KEYS[9]
local FENCE = META .. ':fence'  -- the last epoch of a deleted job: a late worker stays fenced
local GONE = META .. ':gone'  -- stays behind an ended job, to tell that it has expired
local KEPT = META .. ':kept'  -- events that were trimmed, without the pieces of text
local TOLD_MS = 7 * 24 * 3600 * 1000  -- for a week: who comes back later has forgotten the id, too
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function is_final(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end
local function next_epoch(last)  -- the time: none comes twice, though Redis forgets a claim in a crash
  return string.format('%.0f', math.max(tonumber(last or 0) + 1, now))
end
local function expire(ttl)
  redis.call('PEXPIRE', META, ttl)
  redis.call('PEXPIRE', EVENTS, ttl)
  redis.call('PEXPIRE', KEPT, ttl)
  redis.call('PEXPIRE', UNITS, ttl)
  redis.call('PEXPIRE', REQUEST, ttl)
end
local function keep(ttl)  -- all of an ended job, for so long from now
  expire(ttl)
  redis.call('PEXPIRE', RESULT, ttl)
  local expires_at = string.format('%.0f', now + ttl)
  redis.call('HSET', META, 'expires_at', expires_at)
  redis.call('SET', GONE, expires_at, 'PX', string.format('%.0f', ttl + TOLD_MS))
end
local function waits_since(queued_at, rank)  -- the place among the jobs that wait
  return queued_at - rank * RANK_MS
end
local function trim(maxlen)  -- the pieces of a finished section are in its last event, too
  local over = redis.call('XLEN', EVENTS) - maxlen
  if over <= 0 then return end
  local many = over + math.floor(maxlen / 200)  -- not at each event again
  local cut
  for _, entry in ipairs(redis.call('XRANGE', EVENTS, '-', '+', 'COUNT', many)) do
    local id, event = entry[1], entry[2][2]
    local is_passing = string.find(event, '"type":"text_delta"', 1, true)
      or string.find(event, '"type":"usage"', 1, true)  -- a later one says it all
    if not is_passing then
      redis.call('RPUSH', KEPT, id .. ' ' .. event)
    end
    redis.call('XDEL', EVENTS, id)
    cut = id
  end
  redis.call('LTRIM', KEPT, -maxlen, -1)
  redis.call('HSET', META, 'cut', cut)
end
local function publish(maxlen, id, event, final)
  if final then
    redis.call('XADD', EVENTS, id, 'event', event, 'final', '1')
  else
    redis.call('XADD', EVENTS, id, 'event', event)
  end
  trim(maxlen)
  redis.call('HINCRBY', META, 'added', 1)
end
local function count(name, by)
  redis.call('HINCRBY', COUNTS, name, by)
  redis.call('PEXPIRE', COUNTS, COUNTS_TTL)
end
local function kind_of_job()  -- quotes in a title are escaped
  return string.match(redis.call('HGET', META, 'job') or '', '"kind":"([%w_]+)"') or 'unknown'
end
local function count_time(what, since)  -- in classes, for a monitor; see `redis_figures`
  local took = math.max(0, now - since)
  local name = what .. ' ' .. kind_of_job() .. ' '
  for _, bucket in ipairs(BUCKETS_S) do
    if took <= bucket * 1000 then
      count(name .. bucket, 1)
      break
    end
  end
  count(name .. 'ms', string.format('%.0f', took))
  count(name .. 'count', 1)
end
local function count_running(lease)  -- nobody runs a job for longer without a sign of life
  local ran = now - tonumber(redis.call('HGET', META, 'seen_ms') or now)
  ran = math.max(0, math.min(ran, tonumber(lease)))
  redis.call('HINCRBY', META, 'ran_ms', string.format('%.0f', ran))
  redis.call('HSET', META, 'seen_ms', now)
end
local function count_named(name, open, by)  -- an open name beyond the limit counts as none
  if redis.call('HLEN', COUNTS) < MOST_COUNTERS
      or redis.call('HEXISTS', COUNTS, name .. open) == 1 then
    name = name .. open
  end
  count(name, by)
end
local function count_tokens()  -- of all its attempts: whoever takes a job over counts on
  local usage = redis.call('HGET', META, 'usage') or ''
  local model = string.match(redis.call('HGET', META, 'job') or '', '"model":"([^"\\\\]+)"') or ''
  for token_type, field in pairs({input = 'tokens_in', output = 'tokens_out'}) do
    local tokens = string.match(usage, '"' .. field .. '":(%d+)')
    local name = 'tokens ' .. kind_of_job() .. ' ' .. token_type .. ' '
    if tokens and tokens ~= '0' then count_named(name, model, tokens) end
  end
end
-- status, finished_at, error, error_code, retryable, ttl, shared ttl
local function finish(job, a)
  count_named('ended ' .. kind_of_job() .. ' ' .. a[1] .. ' ', a[4], 1)
  local started = redis.call('HGET', META, 'started_ms')
  if started then count_time('took', tonumber(started)) end
  count_tokens()
  redis.call('HSET', META, 'status', a[1], 'finished_at', a[2], 'error', a[3],
             'error_code', a[4], 'retryable', a[5])
  redis.call('ZREM', RUNNING, job)
  if SHARED ~= '' then
    local units = redis.call('HGETALL', UNITS)
    for i = 1, #units, 2 do redis.call('HSET', SHARED, units[i], units[i + 1]) end
    local is_there = redis.call('EXISTS', string.match(SHARED, '^(.*):units:')) == 1
    redis.call('PEXPIRE', SHARED, is_there and a[7] or UNDO_TTL)  -- or it was deleted meanwhile
  end
  keep(a[6])
end
"""  # noqa: E501
)

CREATE = (
    _START
    + """
-- KEYS[10]: units of an earlier job to begin with, or ''
-- ARGV: job, fingerprint, job as JSON, request, created (ms), ttl, index ttl, jobs listed, rank,
--       most that may wait, then: units of the manuscript that are forgotten, or ALL
-- -> 1 created, 0 the same request is there, -1 another request is there, -2 too many wait
local known = redis.call('HGET', META, 'fingerprint')
if known then return known == ARGV[2] and 0 or -1 end
if redis.call('ZCOUNT', RUNNING, '-inf', 0) >= tonumber(ARGV[10]) then return -2 end
redis.call('DEL', EVENTS, KEPT, UNITS, RESULT, GONE)
redis.call('HSET', META, 'job', ARGV[3], 'fingerprint', ARGV[2], 'status', 'queued',
           'epoch', redis.call('GET', FENCE) or 0, 'seq', 0, 'attempts', 0, 'added', 0)
redis.call('SET', REQUEST, ARGV[4])
if KEYS[10] ~= '' then
  local units = redis.call('HGETALL', KEYS[10])
  for i = 1, #units, 2 do redis.call('HSET', UNITS, units[i], units[i + 1]) end
end
if SHARED ~= '' then
  for i = 11, #ARGV do
    if ARGV[i] == ALL then redis.call('DEL', SHARED) else redis.call('HDEL', SHARED, ARGV[i]) end
  end
end
expire(ARGV[6])
redis.call('ZADD', RECENT, ARGV[5], ARGV[1])
redis.call('ZREMRANGEBYRANK', RECENT, 0, -ARGV[8] - 1)
redis.call('HSET', META, 'queued_at', now)
redis.call('ZADD', RUNNING, waits_since(now, ARGV[9]), ARGV[1])
redis.call('PEXPIRE', RECENT, ARGV[7])
redis.call('PEXPIRE', RUNNING, ARGV[7])
return 1
"""
)

REFUSE = (
    _START
    + """
-- ARGV: job, job as JSON, fingerprint, event, events kept, created (ms), index ttl, jobs listed,
--       then: status, finished_at, error, error_code, retryable, ttl, shared ttl
-- -> 1 there is such a job now, and it has failed; 0 the id is taken
if redis.call('EXISTS', META) == 1 then return 0 end
redis.call('DEL', EVENTS, KEPT, UNITS, REQUEST, RESULT)
local epoch = next_epoch(redis.call('GET', FENCE))
redis.call('HSET', META, 'job', ARGV[2], 'fingerprint', ARGV[3],
           'epoch', epoch, 'seq', 0, 'attempts', 0, 'added', 0)
publish(ARGV[5], epoch .. '-1', ARGV[4], true)
redis.call('ZADD', RECENT, ARGV[6], ARGV[1])
redis.call('ZREMRANGEBYRANK', RECENT, 0, -ARGV[8] - 1)
redis.call('PEXPIRE', RECENT, ARGV[7])
local terms = {}
for i = 1, 7 do terms[i] = ARGV[i + 8] end
finish(ARGV[1], terms)
return 1
"""
)

CLAIM = (
    _START
    + """
-- ARGV: job, owner, lease, ttl, max attempts, started_at, index ttl
-- -> {epoch, given up, attempts, time that it ran (ms)}; epoch 0: somebody holds it; -1: there is
--    nothing to do
local status = redis.call('HGET', META, 'status')
if not status or is_final(status) then
  redis.call('ZREM', RUNNING, ARGV[1])
  return {-1, 0, 0, 0}
end
local till = tonumber(redis.call('ZSCORE', RUNNING, ARGV[1]) or '0')
if status == 'running' and till > now and redis.call('HGET', META, 'owner') ~= ARGV[2] then
  return {0, 0, 0, 0}
end
redis.call('ZADD', RUNNING, now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', RUNNING, ARGV[7])
local epoch = next_epoch(redis.call('HGET', META, 'epoch'))
local attempts = redis.call('HINCRBY', META, 'attempts', 1)
redis.call('HSET', META, 'status', 'running', 'epoch', epoch, 'seq', 0, 'owner', ARGV[2],
           'seen_ms', now)
redis.call('HSETNX', META, 'started_at', ARGV[6])
if redis.call('HSETNX', META, 'started_ms', now) == 1 then
  count_time('waited', tonumber(redis.call('HGET', META, 'queued_at') or now))
end
expire(ARGV[4])
local given_up = attempts > tonumber(ARGV[5]) and 1 or 0
local ran = redis.call('HGET', META, 'ran_ms') or '0'
return {tonumber(epoch), given_up, attempts, tonumber(ran)}
"""
)

APPEND = (
    _START
    + """
-- ARGV: job, epoch, lease, ttl, events kept, done, total, usage or '', number of entries, owner,
--       then for each entry: seq, event, unit, stored unit,
--       then, with the last event: status, finished_at, error, error_code, retryable, ttl,
--       shared ttl, result
-- -> 1 when a cancel was asked for, else 0
if redis.call('HGET', META, 'epoch') ~= ARGV[2] then return redis.error_reply('FENCED') end
if redis.call('HGET', META, 'status') ~= 'running' then return 0 end
if redis.call('HGET', META, 'owner') ~= ARGV[10] then return redis.error_reply('FENCED') end
count_running(ARGV[3])
local seen = tonumber(redis.call('HGET', META, 'seq'))
local entries = tonumber(ARGV[9])
local stop = 10 + 4 * entries
local ends = ARGV[stop + 1]
if ends == 'completed' then redis.call('SET', RESULT, ARGV[stop + 8], 'PX', ARGV[stop + 6]) end
for i = 11, stop, 4 do
  local seq = tonumber(ARGV[i])
  if seq > seen then
    if ARGV[i + 3] ~= '' then redis.call('HSET', UNITS, ARGV[i + 2], ARGV[i + 3]) end
    if ARGV[i + 1] ~= '' then
      publish(ARGV[5], ARGV[2] .. '-' .. ARGV[i], ARGV[i + 1], ends and i == stop - 3)
    end
    seen = seq
  end
end
redis.call('HSET', META, 'seq', seen)
if ARGV[8] ~= '' then redis.call('HSET', META, 'usage', ARGV[8]) end
for field, value in pairs({done = ARGV[6], total = ARGV[7]}) do
  if tonumber(value) > tonumber(redis.call('HGET', META, field) or '0') then
    redis.call('HSET', META, field, value)
  end
end
if ends then
  local terms = {}
  for i = 1, 7 do terms[i] = ARGV[stop + i] end
  finish(ARGV[1], terms)
  return 0
end
redis.call('ZADD', RUNNING, now + ARGV[3], ARGV[1])
expire(ARGV[4])
return redis.call('HGET', META, 'cancel') == '1' and 1 or 0
"""
)

GIVE_BACK = (
    _START
    + """
-- ARGV: job, epoch, controls kept, index ttl, owner, lease -> 1 when somebody else may take it now
if redis.call('HGET', META, 'epoch') ~= ARGV[2] then return 0 end
if redis.call('HGET', META, 'owner') ~= ARGV[5] then return 0 end
if redis.call('HGET', META, 'status') ~= 'running' then return 0 end
count_running(ARGV[6])
redis.call('HSET', META, 'status', 'queued', 'owner', '')
redis.call('HINCRBY', META, 'attempts', -1)
redis.call('ZADD', RUNNING, now, ARGV[1])
-- an engine of an earlier version would cancel what stands in `job`
redis.call('XADD', CONTROL, 'MAXLEN', '~', ARGV[3], '*', 'job', '', 'free', ARGV[1])
redis.call('PEXPIRE', CONTROL, ARGV[4])
return 1
"""
)

CANCEL = (
    _START
    + """
-- ARGV: job, event, events kept, controls kept,
--       then: status, finished_at, error, error_code, retryable, ttl, shared ttl, index ttl
-- -> 2 cancelled here, 1 its engine was asked, 0 it was final before, -1 unknown
local status = redis.call('HGET', META, 'status')
if not status then return -1 end
if is_final(status) then return 0 end
redis.call('HSET', META, 'cancel', '1')
local till = tonumber(redis.call('ZSCORE', RUNNING, ARGV[1]) or '0')
if status == 'running' and till > now then
  redis.call('ZADD', RUNNING, math.min(till, now + STOPPING_MS), ARGV[1])
  redis.call('XADD', CONTROL, 'MAXLEN', '~', ARGV[4], '*', 'job', ARGV[1])
  redis.call('PEXPIRE', CONTROL, ARGV[12])
  return 1
end
local epoch = next_epoch(redis.call('HGET', META, 'epoch'))
redis.call('HSET', META, 'epoch', epoch)
publish(ARGV[3], epoch .. '-1', ARGV[2], true)
local terms = {}
for i = 1, 7 do terms[i] = ARGV[i + 4] end
finish(ARGV[1], terms)
return 2
"""
)

PRIORITISE = (
    _START
    + """
-- ARGV: job, priority, rank, controls kept, index ttl
-- -> 2 it waits and was moved, 1 its engine was told, 0 it is final, -1 unknown
local status = redis.call('HGET', META, 'status')
if not status then return -1 end
if is_final(status) then return 0 end
redis.call('HSET', META, 'priority', ARGV[2])
if status == 'queued' then
  if redis.call('HGET', META, 'cancel') == '1' then return 2 end  -- it stays where it is found
  local queued_at = tonumber(redis.call('HGET', META, 'queued_at') or now)
  redis.call('ZADD', RUNNING, waits_since(queued_at, ARGV[3]), ARGV[1])
  return 2
end
redis.call('XADD', CONTROL, 'MAXLEN', '~', ARGV[4], '*', 'job', ARGV[1], 'priority', ARGV[2])
redis.call('PEXPIRE', CONTROL, ARGV[5])
return 1
"""
)

KEEP = (
    _START
    + """
-- ARGV: job, ttl -> 1 it stays at least so long, 0 it is not final, -1 unknown
local status = redis.call('HGET', META, 'status')
if not status then return -1 end
if not is_final(status) then return 0 end
keep(math.max(tonumber(ARGV[2]), redis.call('PTTL', META)))
return 1
"""
)

DELETE = (
    _START
    + """
-- ARGV: job, ttl of the fence -> 1 removed, 0 it is not final, -1 unknown
local status = redis.call('HGET', META, 'status')
if not status then return -1 end
if not is_final(status) then return 0 end
redis.call('SET', FENCE, redis.call('HGET', META, 'epoch'), 'PX', ARGV[2])
redis.call('DEL', META, EVENTS, KEPT, UNITS, REQUEST, RESULT, GONE)
redis.call('ZREM', RECENT, ARGV[1])
return 1
"""
)

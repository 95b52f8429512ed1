-- What the scripts of streams.py and timers.py share: names, rows, and how work is put on a stream.
--
-- KEYS: work, queue:, holding:, fences, timers, timer-rows, dead (streams.py, PLACES). The keys of one thing or
-- one host are made from these; all of them carry the same hash tag.
-- A job is JSON that no script looks into. A row is "host \n tries \n thing \n job": tries counts what failed.
-- Work on a thing waits in the list queue:<thing>; while that is not empty, there is exactly one token for it:
-- an entry {thing} on a stream, or a timer whose row has no job. Whoever holds the token works on its head.
local WORK, QUEUE, HOLDING, FENCES, TIMERS, ROWS, DEAD = unpack(KEYS)
local GROUP = 'workers'
local DAY = 86400

local function stream_of(host)
  if host == '' then return WORK end
  return WORK .. ':' .. host
end

local function pack(host, tries, thing, job)
  return host .. '\n' .. tries .. '\n' .. thing .. '\n' .. job
end

local function unpack_row(row)
  local host, tries, thing, job = string.match(row, '^([^\n]*)\n(%d+)\n([^\n]*)\n(.*)$')
  return host, tonumber(tries), thing, job
end

-- Put a job, or with job '' the token of a thing, on its stream. Where it fails, nothing was done.
local function enqueue(host, tries, thing, job)
  if thing == '' then
    redis.call('XADD', stream_of(host), '*', 'tries', tries, 'job', job)
  elseif job == '' then
    redis.call('XADD', stream_of(host), '*', 'thing', thing)
  else
    if redis.call('LLEN', QUEUE .. thing) == 0 then
      redis.call('XADD', stream_of(host), '*', 'thing', thing)
    end
    redis.call('RPUSH', QUEUE .. thing, pack(host, tries, thing, job))
  end
end

local function set_timer(id, when, row)
  redis.call('ZADD', TIMERS, when, id)
  redis.call('HSET', ROWS, id, row)
end

local function bury(why, at, host, tries, thing, job)
  redis.call('XADD', DEAD, 'MAXLEN', '~', 10000, '*',
    'why', why, 'at', at, 'host', host, 'tries', tries, 'thing', thing, 'job', job)
end

local function drop(stream, id)
  redis.call('XACK', stream, GROUP, id)
  redis.call('XDEL', stream, id)
end

-- Whether this worker still holds the entry: a worker that stood still may have lost it.
local function owns(stream, id, me)
  local held = redis.call('XPENDING', stream, GROUP, id, id, 1)[1]
  return held and held[2] == me
end

-- Take the head of a thing under a new fencing number: {'run', fence, tries, job}, or {'none'} when there is nothing.
local function take(stream, id, thing, now)
  local row = redis.call('LINDEX', QUEUE .. thing, 0)
  while row do
    local host, tries, _, job = unpack_row(row)
    if host then
      local fence = redis.call('INCR', FENCES)
      redis.call('LSET', QUEUE .. thing, 0, pack(host, tries + 1, thing, job))
      redis.call('SET', HOLDING .. thing, fence, 'EX', DAY)
      return {'run', fence, tries + 1, job}
    end
    bury('not written by Grail', now, '', 0, thing, row)
    redis.call('LPOP', QUEUE .. thing)
    row = redis.call('LINDEX', QUEUE .. thing, 0)
  end
  drop(stream, id)
  redis.call('DEL', HOLDING .. thing)
  return {'none'}
end

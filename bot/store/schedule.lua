-- Write one schedule with its timer, if nobody has meanwhile. KEYS after PLACES: schedules.
-- ARGV: name, record before ('' for none), record after ('' takes it out), timer, when, row, job to add now ('').
-- Answers 1, or 0 when the record is another one by now.
--!include _streams
local name, before, after, timer, when, row, job = unpack(ARGV)
local schedules = KEYS[8]
if (redis.call('HGET', schedules, name) or '') ~= before then return 0 end
if job ~= '' then enqueue('', 0, '', job) end
if after == '' then
  redis.call('HDEL', schedules, name)
  redis.call('ZREM', TIMERS, timer)
  redis.call('HDEL', ROWS, timer)
else
  redis.call('HSET', schedules, name, after)
  set_timer(timer, when, row)
end
return 1

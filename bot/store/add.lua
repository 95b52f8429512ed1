-- Put one job on its stream, once per id. ARGV: id's key, seconds to remember, now, host, thing, job.
-- Answers 1, or 0 when this id was added before.
--!include _streams
local key, remember, now, host, thing, job = unpack(ARGV)
local before = redis.call('GET', key)
if before and tonumber(now) - tonumber(before) < tonumber(remember) then return 0 end
enqueue(host, 0, thing, job)
redis.call('SET', key, now, 'EX', remember)
return 1

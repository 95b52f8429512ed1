-- Put a dead letter back to work. ARGV: its id. Answers 1, or 0 when it is not there or holds no job.
--!include _streams
local letter = redis.call('XRANGE', DEAD, ARGV[1], ARGV[1])[1]
if not letter then return 0 end
local fields = {}
for i = 1, #letter[2], 2 do fields[letter[2][i]] = letter[2][i + 1] end
if not fields.job or not string.match(fields.job, '^{') then return 0 end
enqueue(fields.host or '', 0, fields.thing or '', fields.job)
redis.call('XDEL', DEAD, ARGV[1])
return 1

-- Appends to the audit, if nobody appended since the head that the hash was reckoned from.
-- KEYS: audit, audit-head, what this entry is of
-- ARGV: number and hash of that head, hash of the new entry, how long it is remembered what it is of (0: not), then the
-- entry's fields and values
-- Answers {1} | {0, number, hash}: the head as it is now | {2}: there is one of the same already
local number = tonumber(redis.call('HGET', KEYS[2], 'number') or '0')
local hash = redis.call('HGET', KEYS[2], 'hash') or ''
local life = tonumber(ARGV[4])
if life > 0 and redis.call('EXPIRE', KEYS[3], life) == 1 then
  return {2}
end
if number ~= tonumber(ARGV[1]) or hash ~= ARGV[2] then
  return {0, number, hash}
end
local fields = {'hash', ARGV[3]}
for i = 5, #ARGV do
  fields[#fields + 1] = ARGV[i]
end
redis.call('XADD', KEYS[1], (number + 1) .. '-0', unpack(fields))
redis.call('HSET', KEYS[2], 'number', number + 1, 'hash', ARGV[3])
if life > 0 then
  redis.call('SET', KEYS[3], number + 1, 'EX', life)
end
return {1}

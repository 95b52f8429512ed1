-- Store one request from outside, once per id, and say whether it means the same as one before.
-- The way that every request of Slack waits for: it takes as little with it as it can.
-- KEYS: work, seen:<id>, meaning:<meaning> (or seen:<id> again). ARGV: id, now, remember, seconds that a
-- meaning is remembered (0: it has none), job, what the same job begins with as a duplicate, and how many bytes of
-- the job that stands for. The body stands last in a job, so that `duplicate_of` can be put behind what else is in it.
-- Answers {how, id of the first of its kind}: how is first, id or meaning.
local work, seen, meaning = unpack(KEYS)
local id, now, remember, window, job, duplicate, instead = unpack(ARGV)
now = tonumber(now)

local known = redis.call('GET', seen)
if known then
  local before, first = string.match(known, '^(%S+) (.*)$')
  if before and now < tonumber(before) then return {'id', first} end
end

local first = id
if tonumber(window) > 0 then
  local said = redis.call('GET', meaning)
  if said then
    local at, other = string.match(said, '^(%S+) (.*)$')
    if at and now - tonumber(at) < tonumber(window) then first = other end
  end
end

if first ~= id then
  local comma = string.sub(job, -3, -3) == '{' and '' or ','
  job = duplicate .. string.sub(job, instead + 1, -3) .. comma .. '"duplicate_of":' .. cjson.encode(first) .. '}}'
end
redis.call('XADD', work, '*', 'tries', 0, 'job', job)
redis.call('SET', seen, now + tonumber(remember) .. ' ' .. first, 'EX', remember)
if first == id and tonumber(window) > 0 then
  redis.call('SET', meaning, now .. ' ' .. id, 'EX', 60)
end
return {first == id and 'first' or 'meaning', first}

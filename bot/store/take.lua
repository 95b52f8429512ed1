-- Take the heads of things whose tokens this worker was given. ARGV: me, now, then stream, entry, thing of each.
-- Answers for each: {'run', fence, tries, job}; {'none'} nothing to do (any more); {'wrong', error}.
--!include _streams
local me, now = ARGV[1], ARGV[2]
local answers = {}
for i = 3, #ARGV, 3 do
  local stream, id, thing = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local kind = redis.call('TYPE', QUEUE .. thing).ok
  if not owns(stream, id, me) then
    answers[#answers + 1] = {'none'}
  elseif kind == 'list' or kind == 'none' then
    answers[#answers + 1] = take(stream, id, thing, now)
  else
    drop(stream, id)
    answers[#answers + 1] = {'wrong', QUEUE .. thing .. ' is a ' .. kind}
  end
end
return answers

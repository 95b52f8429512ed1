# A machine that is a folder: Vagrant itself is real, what it brings up is not, because no box can be fetched where these
# tests run. The state is a word in a file; what is uploaded to and run in the machine is so in its folder.
require "fileutils"
require "open3"

module Folder
  def self.of(machine)
    File.join(ENV.fetch("VAGRANT_HOME"), "machines", machine.name.to_s)
  end

  class Becomes
    def initialize(app, _env, state)
      @app, @state = app, state
    end

    def call(env)
      machine = env[:machine]
      FileUtils.mkdir_p(File.join(Folder.of(machine), "tmp"))
      File.write(File.join(Folder.of(machine), "state"), @state)
      machine.id = @state == "gone" ? nil : machine.name.to_s
      @app.call(env)
    end
  end

  class Provider < Vagrant.plugin("2", :provider)
    def initialize(machine)
      @machine = machine
    end

    def action(name)
      provision = Vagrant::Action::Builtin::Provision
      Vagrant::Action::Builder.new.tap do |chain|
        chain.use(provision) if %i[up provision].include?(name)
        becomes = { up: "running", halt: "poweroff", destroy: "gone" }[name]
        chain.use(Becomes, becomes) if becomes
      end
    end

    def state
      file = File.join(Folder.of(@machine), "state")
      word = @machine.id && File.exist?(file) ? File.read(file) : "not_created"
      Vagrant::MachineState.new(word.to_sym, word, word)
    end

    def ssh_info
      { username: Process.uid.to_s }
    end
  end

  class Communicator < Vagrant.plugin("2", :communicator)
    def initialize(machine)
      @root = Folder.of(machine)
    end

    def ready?
      true
    end

    def execute(command, options = nil)
      options = { error_check: true, error_class: Vagrant::Errors::VagrantError, error_key: :ssh_bad_exit_status }
        .merge(options || {})
      command = command.gsub("/tmp/", "#{@root}/tmp/")
      said, status = Open3.capture2e({ "HOME" => @root }, "sh", "-c", command, chdir: @root)
      yield :stdout, said if block_given?
      if options[:error_check] && !status.success?
        raise options[:error_class], _key: options[:error_key], command: command, stdout: said, stderr: ""
      end
      status.exitstatus
    end
    alias sudo execute

    def test(command, _options = nil)
      execute(command, error_check: false).zero?
    end

    def upload(from, to)
      to = File.join(@root, to)
      FileUtils.mkdir_p(from.end_with?("/.") ? to : File.dirname(to))
      FileUtils.cp_r(from, to)
    end
  end

  class Plugin < Vagrant.plugin("2")
    name "folder"
    provider(:folder, box_optional: true) { Provider }
    communicator(:folder) { Communicator }
  end
end

Vagrant.configure("2") { |config| config.vm.communicator = :folder }

using InferenceService.Execution;
using InferenceService.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Unit.InferenceService.Execution;

/// <summary>What a model is run with: measured once, remembered, or set; and where.</summary>
[TestFixture, CancelAfter(30_000)]
public sealed class OnnxModelFactoryTests
{
    private string cache = "";

    [SetUp]
    public void MakeCache() => cache = Directory.CreateTempSubdirectory("suite-tuning-").FullName;

    [TearDown]
    public void DeleteCache() => Directory.Delete(cache, recursive: true);

    [Test]
    public void Settings_are_measured_once_and_then_remembered()
    {
        var first = Load(Quick());
        var second = Load(Quick());

        Assert.That(first.Source, Is.EqualTo(SettingsSource.Measured));
        Assert.That(second, Is.EqualTo(first with { Source = SettingsSource.Remembered }));
        Assert.That(first.MaxBatchSize, Is.InRange(1, TestModels.Shipped("report-scorer").Manifest.Batching.MaxBatchSize));
        Assert.That(Directory.GetFiles(cache), Has.Length.EqualTo(1), "and no half-written file");
    }

    [Test]
    public void Other_limits_and_a_file_that_can_not_be_read_are_measured_anew()
    {
        Load(Quick());
        Assert.That(Load(Quick(), maxBatchSize: 2), Has.Property("Source").EqualTo(SettingsSource.Measured).And.Property("MaxBatchSize").LessThanOrEqualTo(2));

        foreach (var file in Directory.GetFiles(cache))
            File.WriteAllText(file, "{ half a f");
        Assert.That(Load(Quick()).Source, Is.EqualTo(SettingsSource.Measured));
        Assert.That(Load(Quick()).Source, Is.EqualTo(SettingsSource.Remembered));
    }

    [Test]
    public void What_is_set_is_not_measured()
    {
        var settings = Load(new ExecutionOptions { Slots = 3, IntraOpThreads = 2, MaxBatchSize = 5 });

        Assert.That(settings, Is.EqualTo(new ExecutionSettings(3, 2, 5, SettingsSource.Configured)));
        Assert.That(Directory.GetFiles(cache), Is.Empty);
    }

    [Test]
    public void The_log_says_where_models_run_and_how()
    {
        var log = new LogLines();
        Load(Quick(), log: log);

        Assert.That(log.Lines, Has.Some.StartsWith("Models run on CPU: "));
        Assert.That(log.Lines, Has.Some.Match(@"^Measured \d+ ways to run it in \d+ ms; the best gives \d+ items/s at [\d.]+ ms a batch$"));
        Assert.That(log.Lines, Has.Some.Match(@"^report-scorer version 1 on CPU: \d+ at once, \d+ threads, batches of up to \d+ \(Measured\)$"));
    }

    [Test]
    public void A_demand_for_CUDA_that_can_not_be_met_fails_and_says_why()
    {
        if (ExecutionProvider.WhyNoCuda(new CudaOptions()) is not { } reason)
        {
            Assert.Ignore("CUDA works here.");
            return;
        }
        Assert.That(
            () => Load(new ExecutionOptions { Tune = false, Provider = ProviderChoice.Cuda }),
            Throws.InvalidOperationException.With.Message.Contains(reason).And.Message.Contains("docs/gpu.md"));
        Assert.That(ExecutionProvider.Choose(new ExecutionOptions()), Has.Property("IsCpu").True.And.Property("Reason").EqualTo(reason));
    }

    [TestCase("Slots", "0")]
    [TestCase("IntraOpThreads", "-1")]
    [TestCase("MaxBatchSize", "5000")]
    [TestCase("TuneBudget", "00:10:00")]
    [TestCase("Cuda:DeviceId", "-1")]
    [TestCase("Cuda:MemoryLimitBytes", "1")]
    public void A_setting_out_of_range_is_named(string setting, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Models:CachePath", cache), new($"Models:Execution:{setting}", value)]).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration)
            .AddOptions<ModelOptions>().BindConfiguration("Models").ValidateDataAnnotations().Services.BuildServiceProvider();

        Assert.That(
            () => services.GetRequiredService<IOptions<ModelOptions>>().Value,
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains(setting.Split(':')[^1]));
    }

    [Test]
    public void Settings_reach_the_CUDA_provider_in_its_own_words() => Assert.That(
        new CudaOptions { DeviceId = 1, MemoryLimitBytes = 1 << 30, AllowTf32 = true, ConvolutionSearch = ConvolutionSearch.Heuristic }.ToProviderOptions(),
        Is.SupersetOf(new Dictionary<string, string> { ["device_id"] = "1", ["gpu_mem_limit"] = "1073741824", ["use_tf32"] = "1", ["cudnn_conv_algo_search"] = "HEURISTIC" }));

    private static ExecutionOptions Quick() => new() { TuneBudget = TimeSpan.FromMilliseconds(300) };

    private ExecutionSettings Load(ExecutionOptions options, int? maxBatchSize = null, ILogger<OnnxModelFactory>? log = null)
    {
        var (manifest, file) = TestModels.Shipped("report-scorer");
        if (maxBatchSize is { } limit)
            manifest = manifest with { Batching = manifest.Batching with { MaxBatchSize = limit } };
        using var model = TestModels.Factory(options, cache, log).Load(manifest, file, [manifest.Columns.Count]);
        return model.Settings;
    }

    private sealed class LogLines : ILogger<OnnxModelFactory>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using InferenceService.Admission;
using InferenceService.Models;
using NUnit.Framework;
using Onnx;
using TestSupport;

namespace Integration.InferenceService.Admission;

/// <summary>What only running shows, in the real process of a trial.</summary>
[TestFixture, Platform("Linux")]
public sealed class TrialProcessTests
{
    private static readonly AdmissionOptions Tight = new() { TimeLimit = TimeSpan.FromSeconds(3), MemoryLimitBytes = 512L << 20 };
    private readonly AdmissionBench bench = new();

    [OneTimeTearDown]
    public void Clean() => bench.Dispose();

    [Test]
    public async Task A_model_that_never_ends_is_stopped()
    {
        Assert.That(await bench.ReasonAsync(HostileModels.Endless(), Tight), Does.Contain("TimeLimit allows (3 s)"));
        Assert.That(Trials(), Is.Empty, "nothing of it is left");
    }

    [Test]
    public async Task A_model_that_eats_memory_is_stopped() => Assert.That(
        await bench.ReasonAsync(HostileModels.Greedy(), Tight with { TimeLimit = TimeSpan.FromMinutes(1) }),
        Does.Contain("MemoryLimitBytes allows (512 MiB)"));

    [Test]
    public async Task What_the_file_alone_shows_is_refused_with_its_own_reason()
    {
        Assert.That(await bench.ReasonAsync(HostileModels.Outside("../../etc/passwd")), Does.Contain("outside the file ('../../etc/passwd')"));
        Assert.That(await bench.ReasonAsync(HostileModels.OfDomain("evil.ops")), Does.Contain("'evil.ops'"));
        Assert.That(await bench.ReasonAsync(HostileModels.WithGenerator(1L << 40)), Does.Contain("MaxTensorBytes"));
        Assert.That(await bench.ReasonAsync(HostileModels.Nested(100_000)), Does.Contain("MaxGraphDepth"));
        Assert.That(await bench.ReasonAsync(HostileModels.Harmless()[..^10]), Does.Contain("not a readable ONNX file"));
        Assert.That(await bench.ReasonAsync([]), Does.Contain("empty"));
    }

    [Test]
    public async Task Data_behind_a_link_are_refused_too()
    {
        File.CreateSymbolicLink(Path.Combine(bench.Folder, "weights.bin"), "/etc/hostname");

        Assert.That(await bench.ReasonAsync(HostileModels.Outside("weights.bin")), Does.Contain("outside the file ('weights.bin')"));
    }

    [Test]
    public void A_model_that_the_manifest_does_not_describe_is_refused() => Assert.That(
        () => bench.AdmitAsync(AdmissionBench.Rows with { Labels = ["a", "b", "c"] }, Write(HostileModels.Harmless())),
        Throws.TypeOf<ModelRefusedException>().With.Message.Contains("gives 2 values per item"));

    [Test]
    public void A_batch_that_would_not_fit_is_refused() => Assert.That(
        () => bench.AdmitAsync(AdmissionBench.Rows with { Batching = new(MaxBatchSize: 4096) }, Write(HostileModels.Harmless()), Tight with { MaxTensorBytes = 1000 }),
        Throws.TypeOf<ModelRefusedException>().With.Message.Contains("batching.maxBatchSize"));

    [Test]
    public void Another_file_than_the_manifest_names_is_refused()
    {
        var other = Convert.ToHexStringLower(SHA256.HashData("another file"u8));

        Assert.That(
            () => bench.AdmitAsync(AdmissionBench.Rows with { Sha256 = other }, Write(HostileModels.Harmless())),
            Throws.TypeOf<ModelRefusedException>().With.Message.Contains($"model.json says {other}"));
    }

    [Test]
    public async Task The_process_knows_no_secrets_and_lets_others_go_first()
    {
        Environment.SetEnvironmentVariable("ServiceIdentity__Secret", "a secret for tests only");
        var refused = bench.ReasonAsync(HostileModels.Endless(), Tight);
        // The priority is what it sets last but one, long before the model runs.
        var process = await Eventually.SeeAsync("the trial's process", () => Task.FromResult(Trials().SingleOrDefault()), found => found is not null && Nice(found) == 5);

        var names = File.ReadAllText($"{process}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=')[0]);
        Assert.That(names, Does.Contain("DOTNET_gcServer").And.Not.Contain("ServiceIdentity__Secret"));
        Assert.That(await refused, Does.Contain("TimeLimit"));
    }

    [Test]
    public async Task A_service_that_stops_does_not_wait_for_a_trial()
    {
        using var stopping = new CancellationTokenSource();
        var trial = bench.AdmitAsync(HostileModels.Endless(), cancellation: stopping.Token);
        await Eventually.IsTrueAsync(() => Task.FromResult(Trials().Length == 1), "the trial's process", () => bench.Log);

        await stopping.CancelAsync();

        Assert.That(async () => await trial, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Trials(), Is.Empty);
    }

    [Test]
    public async Task A_trial_that_somebody_else_killed_says_nothing_about_the_model()
    {
        var trial = bench.AdmitAsync(HostileModels.Endless());
        var process = await Eventually.SeeAsync("the trial's process", () => Task.FromResult(Trials().SingleOrDefault()), found => found is not null && Nice(found) == 5);

        Process.GetProcessById(int.Parse(Path.GetFileName(process)!, CultureInfo.InvariantCulture)).Kill(); // as the system does when memory runs out

        Assert.That(async () => await trial, Throws.TypeOf<ModelRefusedException>().With.Property("MayPass").True.And.Message.Contains("killed from outside"));
    }

    [Test]
    public async Task A_trial_ends_when_its_service_is_gone()
    {
        var manifest = Path.Combine(bench.Folder, "model.json");
        await File.WriteAllTextAsync(manifest, JsonSerializer.Serialize(AdmissionBench.Rows with { Sha256 = new string('0', 64) }, ModelManifest.Json));
        var settings = JsonSerializer.Serialize(new TrialSettings(new AdmissionOptions(), IntraOpThreads: 1), Trial.Json);
        string[] command = [typeof(AdmissionOptions).Assembly.Location, "admit", manifest, Write(HostileModels.Endless()), settings];
        using var trial = Process.Start(new ProcessStartInfo("dotnet", command) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            await Eventually.IsTrueAsync(() => Task.FromResult(Nice($"/proc/{trial.Id}") == 5), "the trial's process", () => bench.Log);

            trial.StandardInput.Close(); // as the system does for a process that was killed

            using var deadline = new CancellationTokenSource(Eventually.Deadline);
            Assert.That(async () => await trial.WaitForExitAsync(deadline.Token), Throws.Nothing);
            Assert.That(trial.ExitCode, Is.EqualTo(128 + 9), "killed, and not because the model came to an end");
        }
        finally
        {
            trial.Kill();
        }
    }

    private string Write(byte[] file)
    {
        var path = Path.Combine(bench.Folder, $"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, file);
        return path;
    }

    /// <summary>The folders in /proc of the trials of this test's folder.</summary>
    private string[] Trials() => [.. Directory.EnumerateDirectories("/proc").Where(process => Read(process, "cmdline").Contains(bench.Folder, StringComparison.Ordinal))];

    // Field 19 of the whole line, the seventeenth after the name in brackets.
    private static int? Nice(string process) =>
        Read(process, "stat").Split(") ")[^1].Split(' ') is { Length: > 16 } fields ? int.Parse(fields[16], CultureInfo.InvariantCulture) : null;

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // not a process, or one that has ended
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Benchmarks.Measure;
using Benchmarks.Report;
using Benchmarks.Subjects;
using TestSupport;

namespace Benchmarks.Scenarios;

/// <summary>
/// Objects of 100 kB put through StorageService, held against what does the same without it: on disk write, fsync and rename;
/// in a bucket a put by the same client. Both sides make new content and hash it, 16 at a time, in turns.
/// </summary>
internal static class StorageScenario
{
    private const int Bytes = 100_000, AtOnce = 16, Turns = 3;
    private const long Large = 1L << 30;

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(bench.Folders.Home, "plain-files")).FullName;
        await using var plain = await StorageServer.StartAsync(bench, "bench-plain", new Dictionary<string, string>(), cancellation);
        await using var encrypted = await StorageServer.StartAsync(bench, "bench-encrypted", new Dictionary<string, string>
        {
            ["Storage__MasterKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        }, cancellation);

        var disk = await CompareAsync(bench, content => WriteFile(folder, content), plain.PutAsync, cancellation);
        Add(bench, "put of 100 kB to disk over write + fsync + rename", disk, least: 0.6);
        var cipher = await CompareAsync(bench, content => plain.PutAsync(content, cancellation), encrypted.PutAsync, cancellation);
        Add(bench, "put of 100 kB encrypted over plain", cipher, least: null);
        await LargeAsync(bench, encrypted, cancellation);
        await BucketAsync(bench, cancellation);
    }

    private static async Task BucketAsync(Bench bench, CancellationToken cancellation)
    {
        RadosGateway server;
        try
        {
            server = await RadosGateway.StartNewAsync();
        }
        catch (NUnit.Framework.IgnoreException e)
        {
            bench.Results.Add(new Finding("storage: S3", $"not measured. {e.Message}", double.NaN));
            return;
        }
        await using var stopped = server;
        await using var storage = await StorageServer.StartAsync(bench, "bench-s3", new Dictionary<string, string>
        {
            ["Storage__S3__ServiceUrl"] = server.Url, ["Storage__S3__AccessKey"] = server.AccessKey, ["Storage__S3__SecretKey"] = ServerProcess.Password,
        }, cancellation);
        using var client = new AmazonS3Client(server.AccessKey, ServerProcess.Password, new AmazonS3Config
        {
            ServiceURL = server.Url, ForcePathStyle = true,
            RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = Amazon.Runtime.ResponseChecksumValidation.WHEN_REQUIRED,
        });
        await client.PutBucketAsync("bench", cancellation);
        var bucket = await CompareAsync(bench, content => client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = "bench", Key = Convert.ToHexStringLower(SHA256.HashData(content)), InputStream = new MemoryStream(content),
        }, cancellation), storage.PutAsync, cancellation);
        Add(bench, "put of 100 kB to S3 over the same client alone", bucket, least: 0.8);
    }

    private static async Task LargeAsync(Bench bench, StorageServer storage, CancellationToken cancellation)
    {
        var block = RandomNumberGenerator.GetBytes(1 << 20);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var sent = 0L; sent < Large; sent += block.Length)
            hash.AppendData(block);
        var watch = MemoryWatch.Start(new Dictionary<string, int> { ["storage"] = storage.Pid });
        using var content = new RepeatedContent(block, Large);
        var clock = Stopwatch.StartNew();
        using var answer = await storage.Client.PutAsync($"/objects/bench/{Convert.ToHexStringLower(hash.GetHashAndReset())}?kind=model", content, cancellation);
        answer.EnsureSuccessStatusCode();
        await watch.StopAsync();
        var grown = watch.Growth.Bytes;
        bench.Results.Add(new Finding("storage: 1 GiB upload, peak memory - before", Text($"{grown / 1e6:0} MB in {clock.Elapsed.TotalSeconds:0.0} s"), grown));
    }

    private static async Task<(double Base, double Ours)> CompareAsync(
        Bench bench, Func<byte[], Task> baseline, Func<byte[], CancellationToken, Task> ours, CancellationToken cancellation)
    {
        var seconds = bench.Options.Seconds / 2;
        Task Ours(byte[] content) => ours(content, cancellation);
        await PerSecondAsync(baseline, 1);
        await PerSecondAsync(Ours, 2);
        var (of, against) = (0.0, 0.0);
        for (var turn = 0; turn < Turns; turn++)
        {
            of += await PerSecondAsync(baseline, seconds) / Turns;
            against += await PerSecondAsync(Ours, seconds) / Turns;
        }
        return (of, against);
    }

    private static async Task<double> PerSecondAsync(Func<byte[], Task> put, double seconds)
    {
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            var content = RandomNumberGenerator.GetBytes(Bytes);
            var count = 0;
            for (; clock.Elapsed.TotalSeconds < seconds; count++)
            {
                RandomNumberGenerator.Fill(content.AsSpan(0, 32)); // another object
                await put(content);
            }
            return count;
        })));
        return counts.Sum() / clock.Elapsed.TotalSeconds;
    }

    private static Task WriteFile(string folder, byte[] content)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(content));
        var (incoming, target) = (Path.Combine(folder, Guid.NewGuid().ToString("N")), Path.Combine(folder, name));
        using (var file = File.OpenHandle(incoming, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(incoming, target);
        return Task.CompletedTask;
    }

    private static void Add(Bench bench, string what, (double Base, double Ours) rates, double? least)
    {
        var ratio = rates.Ours / rates.Base;
        var aim = least is null ? "" : Text($"; aim >= {least:0.0}, {(ratio >= least ? "met" : "MISSED")}");
        bench.Results.Add(new Finding($"storage: {what}", Text($"{rates.Ours:0} / {rates.Base:0} per s = {ratio:0.00}{aim}"), ratio));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class RepeatedContent(byte[] block, long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            for (var sent = 0L; sent < length; sent += block.Length)
                await stream.WriteAsync(block);
        }

        protected override bool TryComputeLength(out long size)
        {
            size = length;
            return true;
        }
    }
}

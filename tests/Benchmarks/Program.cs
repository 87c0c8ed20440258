using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Benchmarks;
using Benchmarks.Load;
using Benchmarks.Report;
using Benchmarks.Scenarios;
using Benchmarks.Subjects;

[assembly: SupportedOSPlatform("linux")] // /proc is where its figures come from

// The bench starts itself again for what must be a process of its own.
switch (args)
{
    case ["load"]:
        return WorkerProcess.Serve<LoadPlan>(LoadRun.Execute);
    case ["raw"]:
        return WorkerProcess.Serve<RawPlan>(RawLoop.Execute);
    case ["noop", var port]:
        return await NoOpService.ServeAsync(int.Parse(port));
}

using var stop = new CancellationTokenSource();
// The suite that was started is stopped again, whatever ends the bench.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var options = BenchOptions.Parse(args);
    await using var bench = await Bench.StartAsync(options, stop.Token);
    Summary.PrintMachine(bench.Results, options);
    try
    {
        foreach (var scenario in options.Scenarios)
            await Catalog.All[scenario](bench, stop.Token);
    }
    finally
    {
        Summary.Print(bench.Results); // what was measured before something failed is still worth reading
        Summary.Save(bench.Results, bench.Folders, options);
    }
    return bench.Results.Runs.Any(run => run.Failed > 0) ? 1 : 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (Exception) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped."); // whatever the interruption broke on the way
    return 130;
}
catch (Exception e)
{
    Console.Error.WriteLine(e);
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

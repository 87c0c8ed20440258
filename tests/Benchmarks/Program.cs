using System.Runtime.InteropServices;
using Benchmarks;
using Benchmarks.Load;
using Benchmarks.Report;
using Benchmarks.Scenarios;
using Benchmarks.Subjects;

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
    foreach (var scenario in options.Scenarios)
        await Catalog.All[scenario](bench, stop.Token);
    Summary.Print(bench.Results);
    Summary.Save(bench.Results, bench.Folders, options);
    return 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

package sdk_test

import "fmt"

// steady lets a test stop the SDK's clock and move it by hand, so that what it does
// in time does not depend on how busy the machine is: stopClock(at) stops it, at a
// Date.now() of before where that is said; tick(ms) moves it on and runs what falls
// due, in order, with a rest for promises in between. What was set before the clock
// stopped goes on in real time, and so does everything of the page and of Segment's
// library. left is when requests to /sdk/v1/events left, by that clock.
const steady = `(()=>{
	const real={set:setTimeout.bind(window),every:setInterval.bind(window),clear:clearTimeout.bind(window),now:Date.now,mark:performance.now.bind(performance),fetch:fetch.bind(window)};
	let at=null,from,mark,last=1e9;
	const due=new Map();
	const other=()=>at===null||!/\/sdk\/(core|usercall)/.test(new Error().stack);
	const add=(run,ms,args,every)=>{due.set(++last,{at:at+Math.max(+ms||0,0),run,args,every});return last};
	window.setTimeout=(run,ms,...args)=>other()?real.set(run,ms,...args):add(run,ms,args);
	window.setInterval=(run,ms,...args)=>other()?real.every(run,ms,...args):add(run,ms,args,Math.max(ms,1));
	window.clearTimeout=window.clearInterval=id=>{due.delete(id);real.clear(id)};
	Date.now=()=>other()?real.now():at;
	performance.now=()=>other()?real.mark():mark+at-from;
	window.left=[];
	window.fetch=(url,options)=>{if(String(url).endsWith("/sdk/v1/events"))left.push(at??real.now());return real.fetch(url,options)};
	const rest=()=>new Promise(done=>real.set(done,4));
	window.stopClock=when=>{at=from=when??real.now();mark=real.mark();return 0};
	window.tick=async ms=>{
		const end=at+ms;
		for(;;){
			await rest();
			const [id,next]=[...due].filter(([,d])=>d.at<=end).sort(([a,x],[b,y])=>x.at-y.at||a-b)[0]??[];
			if(!next)break;
			at=Math.max(at,next.at);
			next.every?next.at=at+next.every:due.delete(id);
			next.run(...next.args);
		}
		at=end;
		await rest();
		return 0;
	};
})();`

// tick moves the page's stopped clock on.
func (p *tab) tick(ms int) {
	p.t.Helper()
	eval[int](p, fmt.Sprintf("tick(%d)", ms))
}
